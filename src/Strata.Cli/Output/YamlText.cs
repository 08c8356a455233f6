using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Cli.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Strata.Cli.Output;

/// <summary>
/// YAML 1.2 from and to JSON values. What JSON cannot hold is refused, not bent: anchors, tags, keys that are no strings, keys that come twice.
/// </summary>
internal static class YamlText
{
    /// <summary>Reads the one document of a text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="source">What errors call it, usually the path of a file.</param>
    /// <exception cref="CommandFailedException">It is not such a document; says where.</exception>
    public static JsonNode? Read(string text, string source)
    {
        var (documents, problem) = YamlReader.Read(text, source);
        problem ??= documents.Count > 1 ? new Problem(source, documents[1].PlaceOf(""), "", "yaml", "a second document; one file holds one") : null;
        return problem is null ? documents.Count == 0 ? null : documents[0].Value : throw new CommandFailedException(ExitCode.Invalid, problem.ToString());
    }

    /// <summary>Writes a value in block style, strings quoted only where they need it.</summary>
    public static string Write(JsonNode? value)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(writer, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        WriteValue(emitter, value);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    private static void WriteValue(Emitter emitter, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, map.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (key, member) in map)
                {
                    WriteString(emitter, key);
                    WriteValue(emitter, member);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in list)
                    WriteValue(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue scalar when scalar.TryGetValue<string>(out var text):
                WriteString(emitter, text);
                break;
            default:
                emitter.Emit(new Scalar(value?.ToJsonString() ?? "null"));
                break;
        }
    }

    private static void WriteString(Emitter emitter, string text)
    {
        var style = text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal
            : YamlScalars.NeedsQuotes(text) ? ScalarStyle.DoubleQuoted
            : ScalarStyle.Plain;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }
}
