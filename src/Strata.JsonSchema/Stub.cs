// The engine that lands next replaces this file: DELETE it then.
#pragma warning disable
using System.Collections.Immutable; using System.Text; using System.Text.Json; using System.Text.RegularExpressions;
namespace Strata.JsonSchema;
public sealed record SchemaError(string InstanceLocation, string KeywordLocation, string AbsoluteKeywordLocation, string Keyword, string Message, string? Limit);
public sealed class SchemaOptions { public int MaxErrors {get;init;} }
public sealed class SchemaException(string location, string message) : Exception(message);
public sealed class SchemaRegistry {
  internal readonly Dictionary<string, JsonElement> Docs = new();
  public SchemaRegistry Add(ReadOnlyMemory<byte> b, string? u = null) { var e = JsonDocument.Parse(b).RootElement; if (u != null) Docs[u] = e; if (e.TryGetProperty("$id", out var id)) Docs[id.GetString()!] = e; return this; }
  public SchemaRegistry AddVocabulary(string uri, params IEnumerable<string> k) => this;
  public CompiledSchema Compile(string u, SchemaOptions? o = null) => new(this, u, Docs[u]);
  internal (string, JsonElement) Resolve(string b, string r) { var full = new Uri(new Uri(b), r).ToString(); var h = full.IndexOf('#'); var d = h < 0 ? full : full[..h]; var e = Docs[d];
    if (h >= 0) foreach (var s in full[(h+1)..].Split('/', StringSplitOptions.RemoveEmptyEntries)) e = e.GetProperty(Uri.UnescapeDataString(s)); return (d, e); }
}
public sealed class CompiledSchema(SchemaRegistry g, string uri, JsonElement root) {
  public bool IsValid(ReadOnlySpan<byte> b) => Validate(b).IsEmpty;
  public ImmutableArray<SchemaError> Validate(ReadOnlySpan<byte> b) { var e = new List<SchemaError>(); Check(uri, root, JsonDocument.Parse(b.ToArray()).RootElement, "", "", e); return [.. e]; }
  public SchemaPlace Root => new(g, [(uri, root)]);
  bool Ok(string b, JsonElement s, JsonElement v) { var e = new List<SchemaError>(); Check(b, s, v, "", "", e); return e.Count == 0; }
  static string Esc(string s) => s.Replace("~","~0").Replace("/","~1");
  void Check(string b, JsonElement s, JsonElement v, string at, string kl, List<SchemaError> errs) {
    void Err(string k, string m, string? l = null, string? p = null) => errs.Add(new(p ?? at, kl + "/" + k, b + "#" + kl + "/" + k, k, m, l));
    if (s.ValueKind == JsonValueKind.True) return; if (s.ValueKind == JsonValueKind.False) { Err("", "is not known here"); return; }
    foreach (var kw in s.EnumerateObject()) { var k = kw.Name; var x = kw.Value; switch (k) {
      case "$ref": var (nb, ns) = g.Resolve(b, x.GetString()!); Check(nb, ns, v, at, kl + "/$ref", errs); break;
      case "type": var ts = x.ValueKind == JsonValueKind.Array ? x.EnumerateArray().Select(t => t.GetString()).ToArray() : [x.GetString()];
        if (!ts.Any(t => t switch { "object" => v.ValueKind == JsonValueKind.Object, "array" => v.ValueKind == JsonValueKind.Array, "string" => v.ValueKind == JsonValueKind.String, "boolean" => v.ValueKind is JsonValueKind.True or JsonValueKind.False, "null" => v.ValueKind == JsonValueKind.Null, "number" => v.ValueKind == JsonValueKind.Number, "integer" => v.ValueKind == JsonValueKind.Number && v.GetDouble() == Math.Floor(v.GetDouble()), _ => false })) Err(k, $"must be {string.Join(" or ", ts)} (is {v.ValueKind.ToString().ToLowerInvariant()})"); break;
      case "enum": if (!x.EnumerateArray().Any(o => JsonElement.DeepEquals(o, v))) Err(k, "must be one of " + x.GetRawText()); break;
      case "const": if (!JsonElement.DeepEquals(x, v)) Err(k, "must be " + x.GetRawText()); break;
      case "allOf": int i = 0; foreach (var o in x.EnumerateArray()) Check(b, o, v, at, kl + "/allOf/" + i++, errs); break;
      case "anyOf": if (!x.EnumerateArray().Any(o => Ok(b, o, v))) Err(k, "fits no alternative"); break;
      case "oneOf": if (x.EnumerateArray().Count(o => Ok(b, o, v)) != 1) Err(k, "must fit one alternative"); break;
      case "not": if (Ok(b, x, v)) Err(k, "must not be so"); break;
      case "if": var ok = Ok(b, x, v); if (ok && s.TryGetProperty("then", out var th)) Check(b, th, v, at, kl + "/then", errs); if (!ok && s.TryGetProperty("else", out var el)) Check(b, el, v, at, kl + "/else", errs); break;
      case "pattern" when v.ValueKind == JsonValueKind.String: if (!Regex.IsMatch(v.GetString()!, x.GetString()!.Replace("$", "\\z"))) Err(k, "must match " + x.GetString()); break;
      case "minLength" when v.ValueKind == JsonValueKind.String: if (v.GetString()!.Length < x.GetInt32()) Err(k, $"must be at least {x} characters long", x.GetRawText()); break;
      case "maxLength" when v.ValueKind == JsonValueKind.String: if (v.GetString()!.Length > x.GetInt32()) Err(k, $"must be at most {x} characters long", x.GetRawText()); break;
      case "minimum" when v.ValueKind == JsonValueKind.Number: if (v.GetDouble() < x.GetDouble()) Err(k, $"must be at least {x} (is {v})", x.GetRawText()); break;
      case "maximum" when v.ValueKind == JsonValueKind.Number: if (v.GetDouble() > x.GetDouble()) Err(k, $"must be at most {x} (is {v})", x.GetRawText()); break;
      case "exclusiveMinimum" when v.ValueKind == JsonValueKind.Number: if (v.GetDouble() <= x.GetDouble()) Err(k, $"must be more than {x} (is {v})", x.GetRawText()); break;
      case "exclusiveMaximum" when v.ValueKind == JsonValueKind.Number: if (v.GetDouble() >= x.GetDouble()) Err(k, $"must be less than {x} (is {v})", x.GetRawText()); break;
      case "minItems" when v.ValueKind == JsonValueKind.Array: if (v.GetArrayLength() < x.GetInt32()) Err(k, $"must have at least {x} items", x.GetRawText()); break;
      case "maxItems" when v.ValueKind == JsonValueKind.Array: if (v.GetArrayLength() > x.GetInt32()) Err(k, $"must have at most {x} items", x.GetRawText()); break;
      case "uniqueItems" when v.ValueKind == JsonValueKind.Array: if (v.EnumerateArray().Select(o => o.GetRawText()).Distinct().Count() != v.GetArrayLength()) Err(k, "must have unique items"); break;
      case "items" when v.ValueKind == JsonValueKind.Array: int n = 0; foreach (var o in v.EnumerateArray()) { Check(b, x, o, at + "/" + n++, kl + "/items", errs); } break;
      case "maxProperties" when v.ValueKind == JsonValueKind.Object: if (v.EnumerateObject().Count() > x.GetInt32()) Err(k, $"must have at most {x} members", x.GetRawText()); break;
      case "minProperties" when v.ValueKind == JsonValueKind.Object: if (v.EnumerateObject().Count() < x.GetInt32()) Err(k, $"must have at least {x} members", x.GetRawText()); break;
      case "required" when v.ValueKind == JsonValueKind.Object: foreach (var o in x.EnumerateArray()) if (!v.TryGetProperty(o.GetString()!, out _)) Err(k, $"must have \"{o}\""); break;
      case "propertyNames" when v.ValueKind == JsonValueKind.Object: foreach (var o in v.EnumerateObject()) Check(b, x, JsonSerializer.SerializeToElement(o.Name), at + "/" + Esc(o.Name), kl + "/propertyNames", errs); break;
      case "properties" when v.ValueKind == JsonValueKind.Object: foreach (var o in v.EnumerateObject()) if (x.TryGetProperty(o.Name, out var ps)) Check(b, ps, o.Value, at + "/" + Esc(o.Name), kl + "/properties/" + Esc(o.Name), errs); break;
      case "additionalProperties" when v.ValueKind == JsonValueKind.Object: foreach (var o in v.EnumerateObject()) { if (s.TryGetProperty("properties", out var pr) && pr.TryGetProperty(o.Name, out _)) continue; if (s.TryGetProperty("patternProperties", out var pp) && pp.EnumerateObject().Any(q => Regex.IsMatch(o.Name, q.Name))) continue; if (x.ValueKind == JsonValueKind.False) Err(k, "is not known here", null, at + "/" + Esc(o.Name)); else Check(b, x, o.Value, at + "/" + Esc(o.Name), kl + "/additionalProperties", errs); } break;
      case "patternProperties" when v.ValueKind == JsonValueKind.Object: foreach (var q in x.EnumerateObject()) foreach (var o in v.EnumerateObject()) if (Regex.IsMatch(o.Name, q.Name)) Check(b, q.Value, o.Value, at + "/" + Esc(o.Name), kl + "/patternProperties", errs); break;
    } } }
}
public sealed class SchemaPlace {
  readonly SchemaRegistry g; readonly List<(string, JsonElement)> all = [];
  internal SchemaPlace(SchemaRegistry g, IEnumerable<(string, JsonElement)> s) { this.g = g; foreach (var x in s) Grow(x); }
  void Grow((string b, JsonElement s) x) { all.Add(x); if (x.s.ValueKind != JsonValueKind.Object) return; if (x.s.TryGetProperty("$ref", out var r)) Grow(g.Resolve(x.b, r.GetString()!)); if (x.s.TryGetProperty("allOf", out var a)) foreach (var o in a.EnumerateArray()) Grow((x.b, o)); }
  IEnumerable<(string, JsonElement)> Kw(string k) => all.Where(x => x.Item2.ValueKind == JsonValueKind.Object && x.Item2.TryGetProperty(k, out _)).Select(x => (x.Item1, x.Item2.GetProperty(k)));
  public IReadOnlyList<string> Properties => [.. Kw("properties").SelectMany(p => p.Item2.EnumerateObject().Select(o => o.Name)).Distinct().Order(StringComparer.Ordinal)];
  public SchemaPlace? Property(string n) { var f = Kw("properties").Where(p => p.Item2.TryGetProperty(n, out _)).Select(p => (p.Item1, p.Item2.GetProperty(n))).ToArray(); return f.Length > 0 ? new(g, f) : AdditionalProperties; }
  public SchemaPlace? AdditionalProperties { get { var f = Kw("additionalProperties").Concat(Kw("patternProperties").SelectMany(p => p.Item2.EnumerateObject().Select(o => (p.Item1, o.Value)))).Where(p => p.Item2.ValueKind == JsonValueKind.Object).ToArray(); return f.Length > 0 ? new(g, f) : null; } }
  public JsonElement? Annotation(string k) { foreach (var x in Kw(k)) return x.Item2; return null; }
}
