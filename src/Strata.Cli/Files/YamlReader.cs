using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Cli.Output;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Strata.Cli.Files;

/// <summary>
/// Reads YAML 1.2, and so JSON, with the places of its values. What JSON cannot hold is refused, not bent: anchors, tags, keys that are no strings,
/// keys that come twice. As aliases are refused, a text cannot grow while it is read. The short form of secrets becomes a reference.
/// </summary>
internal sealed class YamlReader
{
    private const int MaxDepth = 64;

    private readonly Parser _parser;
    private Dictionary<string, Place> _places = [];
    private JsonPointer _at;

    private YamlReader(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>Reads the documents of a text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="path">What problems call it.</param>
    /// <returns>The documents up to the first problem, and that.</returns>
    public static (IReadOnlyList<SourceFile> Documents, Problem? Problem) Read(string text, string path)
    {
        var reader = new YamlReader(text);
        var documents = new List<SourceFile>();
        try
        {
            reader._parser.Consume<StreamStart>();
            while (!reader._parser.Accept<StreamEnd>(out _))
                documents.Add(reader.ReadDocument(path));
            return (documents, null);
        }
        catch (YamlException e)
        {
            // The library calls the beginning of the mapping that a tab is in.
            return e.Message.Contains(" tab ", StringComparison.Ordinal) && TabIndent(text) is { } tab
                ? (documents, new Problem(path, tab, reader._at.Text, "yaml", "a tab indents the line; YAML indents with spaces"))
                : (documents, new Problem(path, At(e.Start), reader._at.Text, "yaml", e.Message));
        }
    }

    private SourceFile ReadDocument(string path)
    {
        (_places, _at) = ([], JsonPointer.Root);
        _parser.Consume<DocumentStart>();
        Mark(_parser.Accept<ParsingEvent>(out var first) ? first.Start : default);
        var value = ReadValue(0);
        _parser.Consume<DocumentEnd>();
        return new SourceFile(path, value, _places);
    }

    private JsonNode? ReadValue(int depth)
    {
        var at = _parser.Current is null && !_parser.MoveNext() ? throw new YamlException("the text ends too early") : _parser.Current!;
        if (depth > MaxDepth)
            throw new YamlException(at.Start, at.End, $"nested deeper than {MaxDepth}");
        if (at is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            throw new YamlException(at.Start, at.End, "anchors and aliases are not supported; write the value out");
        if (at is NodeEvent { Tag.IsEmpty: false })
            throw new YamlException(at.Start, at.End, "tags are not supported");
        return at switch
        {
            Scalar => ReadScalar(_parser.Consume<Scalar>()),
            SequenceStart => ReadSequence(depth),
            MappingStart => ReadMapping(depth),
            _ => throw new YamlException(at.Start, at.End, "a value is missing"),
        };
    }

    private static JsonNode? ReadScalar(Scalar scalar)
    {
        try
        {
            return SecretAddress.Expand(scalar.Style == ScalarStyle.Plain ? YamlScalars.Resolve(scalar.Value) : JsonValue.Create(scalar.Value));
        }
        catch (Exception e) when (e is FormatException or CommandFailedException)
        {
            throw new YamlException(scalar.Start, scalar.End, e.Message, e);
        }
    }

    private JsonArray ReadSequence(int depth)
    {
        var list = new JsonArray();
        var outer = _at;
        _parser.Consume<SequenceStart>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            _at = outer.Append(list.Count.ToString(CultureInfo.InvariantCulture));
            Mark(_parser.Current!.Start);
            list.Add(ReadValue(depth + 1));
        }

        _at = outer;
        return list;
    }

    private JsonObject ReadMapping(int depth)
    {
        var map = new JsonObject();
        var outer = _at;
        _parser.Consume<MappingStart>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key))
                throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a key must be a string");
            _at = outer.Append(key.Value);
            if (!key.Anchor.IsEmpty)
                throw new YamlException(key.Start, key.End, "anchors and aliases are not supported; write the value out");
            if (map.ContainsKey(key.Value))
                throw new YamlException(key.Start, key.End, $"the key '{key.Value}' comes twice");
            Mark(key.Start);
            map.Add(key.Value, ReadValue(depth + 1));
            _at = outer;
        }

        return map;
    }

    private void Mark(Mark start) => _places[_at.Text] = At(start);

    private static Place At(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    private static Place? TabIndent(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var indent = lines[i].Length - lines[i].TrimStart().Length;
            if (indent < lines[i].Length && lines[i].AsSpan(0, indent).IndexOf('\t') is >= 0 and var column)
                return new Place(i + 1, column + 1);
        }

        return null;
    }
}
