using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Strata.Cli.Output;

/// <summary>YAML 1.2 from and to JSON values. What JSON cannot hold is refused, not bent: anchors, tags, keys that are no strings, keys that come twice.</summary>
internal static class YamlText
{
    private const int MaxDepth = 64;

    /// <summary>Reads the one document of a text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="source">What errors call it, usually the path of a file.</param>
    /// <exception cref="CommandFailedException">It is not such a document; says where.</exception>
    public static JsonNode? Read(string text, string source)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return null;
            parser.Consume<DocumentStart>();
            var value = ReadValue(parser, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
                throw new YamlException(parser.Current!.Start, parser.Current.End, "a second document; one file holds one");
            return value;
        }
        catch (YamlException e)
        {
            throw new CommandFailedException(ExitCode.Invalid, $"{source}:{e.Start.Line}:{e.Start.Column}: {e.Message}");
        }
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

    private static JsonNode? ReadValue(Parser parser, int depth)
    {
        var at = parser.Current is null && !parser.MoveNext() ? throw new YamlException("the text ends too early") : parser.Current!;
        if (depth > MaxDepth)
            throw new YamlException(at.Start, at.End, $"nested deeper than {MaxDepth}");
        if (at is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            throw new YamlException(at.Start, at.End, "anchors and aliases are not supported; write the value out");
        if (at is NodeEvent { Tag.IsEmpty: false })
            throw new YamlException(at.Start, at.End, "tags are not supported");
        return at switch
        {
            Scalar => ReadScalar(parser.Consume<Scalar>()),
            SequenceStart => ReadSequence(parser, depth),
            MappingStart => ReadMapping(parser, depth),
            _ => throw new YamlException(at.Start, at.End, "a value is missing"),
        };
    }

    private static JsonNode? ReadScalar(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain)
            return JsonValue.Create(scalar.Value);
        try
        {
            return YamlScalars.Resolve(scalar.Value);
        }
        catch (FormatException e)
        {
            throw new YamlException(scalar.Start, scalar.End, e.Message, e);
        }
    }

    private static JsonArray ReadSequence(Parser parser, int depth)
    {
        var list = new JsonArray();
        parser.Consume<SequenceStart>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            list.Add(ReadValue(parser, depth + 1));
        return list;
    }

    private static JsonObject ReadMapping(Parser parser, int depth)
    {
        var map = new JsonObject();
        parser.Consume<MappingStart>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
                throw new YamlException(parser.Current!.Start, parser.Current.End, "a key must be a string");
            if (!key.Anchor.IsEmpty)
                throw new YamlException(key.Start, key.End, "anchors and aliases are not supported; write the value out");
            if (map.ContainsKey(key.Value))
                throw new YamlException(key.Start, key.End, $"the key '{key.Value}' comes twice");
            map.Add(key.Value, ReadValue(parser, depth + 1));
        }

        return map;
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
        var style = text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : YamlScalars.NeedsQuotes(text) ? ScalarStyle.DoubleQuoted : ScalarStyle.Plain;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }
}
