// The engine that lands next replaces this file: DELETE it then.
#pragma warning disable
using System.Collections.Immutable; using System.Text.Json;
namespace Strata.JsonSchema;
public sealed record SchemaError(string InstanceLocation, string KeywordLocation, string AbsoluteKeywordLocation, string Keyword, string Message, string? Limit);
public sealed class SchemaOptions { public int MaxErrors {get;init;} }
public sealed class SchemaException(string location, string message) : Exception(message);
public sealed class SchemaRegistry { public SchemaRegistry Add(ReadOnlyMemory<byte> b, string? u = null) => this; public SchemaRegistry AddVocabulary(string uri, params IEnumerable<string> k) => this; public CompiledSchema Compile(string u, SchemaOptions? o = null) => null!; }
public sealed class CompiledSchema { public bool IsValid(ReadOnlySpan<byte> b) => true; public ImmutableArray<SchemaError> Validate(ReadOnlySpan<byte> b) => []; public SchemaPlace Root => null!; }
public sealed class SchemaPlace { public IReadOnlyList<string> Properties => []; public SchemaPlace? Property(string n) => null; public SchemaPlace? AdditionalProperties => null; public JsonElement? Annotation(string k) => null; }
