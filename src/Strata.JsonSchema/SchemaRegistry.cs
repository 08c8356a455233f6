using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Strata.JsonSchema.Compilation;
using Strata.JsonSchema.Loading;

namespace Strata.JsonSchema;

/// <summary>
/// Schema documents by absolute URI. It knows draft 2020-12's metaschemas and never fetches anything: a reference to what
/// was not added is an error. Fill it from one thread; what it compiles is immutable and serves any number of threads.
/// </summary>
public sealed class SchemaRegistry
{
    /// <summary>URI of the metaschema of draft 2020-12.</summary>
    public const string Draft202012 = "https://json-schema.org/draft/2020-12/schema";

    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlySet<string>> _vocabularies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dialect> _dialects = new(StringComparer.Ordinal);
    private readonly HashSet<(SchemaDocument Document, string Dialect)> _checked = [];
    private readonly Dictionary<string, CompiledSchema> _metaschemas = new(StringComparer.Ordinal);

    /// <summary>Adds a schema document.</summary>
    /// <param name="utf8Json">The document; kept, so it must not be changed afterwards.</param>
    /// <param name="retrievalUri">Absolute URI it was found at; null when its <c>$id</c> is absolute. It can be referred to by both.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="SchemaException">It is not JSON, not a schema, has no absolute URI, or a URI in it belongs to another document already.</exception>
    public SchemaRegistry Add(ReadOnlyMemory<byte> utf8Json, string? retrievalUri = null)
    {
        var document = SchemaDocument.Load(utf8Json, retrievalUri);
        if (retrievalUri is not null)
            Register(UriReference.Parse(retrievalUri).WithoutFragment.ToString(), document.Root);
        foreach (var resource in document.Resources)
            Register(resource.Uri, resource);
        return this;
    }

    /// <summary>
    /// Makes a custom vocabulary known. Its keywords are annotations, read through <see cref="SchemaPlace.Annotation"/>; what values they take,
    /// a metaschema says.
    /// </summary>
    /// <param name="uri">URI of the vocabulary, as metaschemas list it in <c>$vocabulary</c>.</param>
    /// <param name="keywords">Its keywords.</param>
    /// <returns>This registry.</returns>
    public SchemaRegistry AddVocabulary(string uri, params IEnumerable<string> keywords)
    {
        _vocabularies[uri] = keywords.ToFrozenSet(StringComparer.Ordinal);
        _dialects.Clear();
        return this;
    }

    /// <summary>Compiles a schema and all it refers to.</summary>
    /// <param name="uri">Absolute URI of a schema; a fragment (JSON Pointer or anchor) selects a place in it.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <returns>The compiled schema.</returns>
    /// <exception cref="SchemaException">
    /// A reference leads nowhere or back to itself without end; a schema breaks its metaschema; a pattern is not ECMA-262; the metaschema or a
    /// required vocabulary is unknown; a custom keyword is ambiguous or stands below a condition; a pattern takes too long to match the schema's own names.
    /// </exception>
    public CompiledSchema Compile(string uri, SchemaOptions? options = null)
    {
        options ??= new SchemaOptions();
        var program = new Compiler(this, options).Compile(UriReference.Parse(uri));
        foreach (var (document, dialect) in program.Documents)
            CheckAgainstMetaschema(document, dialect);
        try
        {
            return new CompiledSchema(program, options);
        }
        catch (RegexMatchTimeoutException slow)
        {
            throw new SchemaException(uri, "A pattern takes too long to match the schema's own names.", slow);
        }
    }

    internal SchemaResource? Find(string uri) => _resources.GetValueOrDefault(uri) ?? StandardMetaschemas.Resources.GetValueOrDefault(uri);

    /// <summary>Registers resources that a reference into an unknown keyword has brought to light.</summary>
    internal void Register(SchemaResource resource) => _resources.TryAdd(resource.Uri, resource);

    internal Dialect FindDialect(string metaschema, string location)
    {
        if (_dialects.TryGetValue(metaschema, out var known))
            return known;
        var resource = Find(metaschema) ?? throw new SchemaException(location, $"The metaschema {metaschema} is not known.");
        return _dialects[metaschema] = ReadDialect(resource, metaschema);
    }

    private Dialect ReadDialect(SchemaResource resource, string metaschema)
    {
        var tape = resource.Document.Tape;
        var table = tape.Member(resource.Row, "$vocabulary"u8);
        if (table < 0)
            return new Dialect(metaschema, Vocabularies.Standard, FrozenSet<string>.Empty);
        var vocabularies = Vocabularies.Core;
        var annotations = new HashSet<string>(StringComparer.Ordinal);
        for (var member = table + 1; member < tape.Rows[table].Next; member = tape.Rows[member + 1].Next)
        {
            var uri = tape.String(member);
            vocabularies |= Dialect.Standard(uri);
            if (_vocabularies.TryGetValue(uri, out var keywords))
                annotations.UnionWith(keywords);
            else if (Dialect.Standard(uri) == Vocabularies.None && tape.Raw(member + 1).SequenceEqual("true"u8))
                throw new SchemaException(resource.Locate(table), $"The dialect requires the vocabulary {uri}, which is not known.");
        }

        return new Dialect(metaschema, vocabularies, annotations);
    }

    private void CheckAgainstMetaschema(SchemaDocument document, string dialect)
    {
        if (StandardMetaschemas.Resources.ContainsKey(document.Root.Uri) || _checked.Contains((document, dialect)))
            return;
        var errors = Metaschema(dialect).Validate(document.Tape.Bytes);
        if (!errors.IsEmpty)
        {
            var location = $"{document.Root.Uri}#{errors[0].InstanceLocation}";
            throw new SchemaException(location, $"The schema breaks its metaschema: {errors[0].InstanceLocation} {errors[0].Message}.", errors);
        }

        _checked.Add((document, dialect));
    }

    private CompiledSchema Metaschema(string dialect)
    {
        if (dialect == Draft202012)
            return StandardMetaschemas.Compiled;
        if (_metaschemas.TryGetValue(dialect, out var known))
            return known;
        var options = StandardMetaschemas.Options;
        return _metaschemas[dialect] = new CompiledSchema(new Compiler(this, options).Compile(UriReference.Parse(dialect)), options);
    }

    private void Register(string uri, SchemaResource resource)
    {
        if (_resources.TryAdd(uri, resource) || _resources[uri].Document.Tape.Bytes.SequenceEqual(resource.Document.Tape.Bytes))
            return;
        throw new SchemaException(uri, "Two schemas have this URI.");
    }
}
