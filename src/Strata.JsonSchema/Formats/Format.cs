using System.Collections.Frozen;
using Strata.JsonSchema.Json;
using Strata.JsonSchema.Patterns;

namespace Strata.JsonSchema.Formats;

/// <summary>Checks a string; the bytes are UTF-8 without escapes.</summary>
internal delegate bool FormatCheck(ReadOnlySpan<byte> text);

/// <summary>A value of the <c>format</c> keyword (draft 2020-12 validation, section 7.3), read strictly by its own specification.</summary>
/// <param name="Name">As in the schema.</param>
/// <param name="Noun">For messages: "must be …".</param>
/// <param name="IsValid">The check.</param>
internal sealed record Format(string Name, string Noun, FormatCheck IsValid)
{
    private static readonly FrozenDictionary<string, Format> Known = new Format[]
    {
        new("date-time", "a date and time by RFC 3339, such as 2026-11-23T09:30:00Z", DateTimeFormats.IsDateTime),
        new("date", "a date by RFC 3339, such as 2026-11-23", DateTimeFormats.IsDate),
        new("time", "a time by RFC 3339, such as 09:30:00Z", DateTimeFormats.IsTime),
        new("duration", "a duration by ISO 8601, such as P3DT12H", DurationFormat.IsDuration),
        new("email", "an e-mail address", EmailFormats.IsEmail),
        new("idn-email", "an e-mail address", EmailFormats.IsIdnEmail),
        new("hostname", "a host name", HostnameFormats.IsHostname),
        new("idn-hostname", "a host name", HostnameFormats.IsIdnHostname),
        new("ipv4", "an IPv4 address", AddressFormats.IsIpv4),
        new("ipv6", "an IPv6 address", AddressFormats.IsIpv6),
        new("uri", "a URI with a scheme", UriFormats.IsUri),
        new("uri-reference", "a URI or a relative reference", UriFormats.IsUriReference),
        new("iri", "an IRI with a scheme", UriFormats.IsIri),
        new("iri-reference", "an IRI or a relative reference", UriFormats.IsIriReference),
        new("uri-template", "a URI template by RFC 6570", UriTemplateFormat.IsUriTemplate),
        new("uuid", "a UUID", IdentifierFormats.IsUuid),
        new("json-pointer", "a JSON Pointer by RFC 6901", IdentifierFormats.IsJsonPointer),
        new("relative-json-pointer", "a relative JSON Pointer", IdentifierFormats.IsRelativeJsonPointer),
        new("regex", "a regular expression by ECMA-262", IsRegex),
    }.ToFrozenDictionary(format => format.Name, StringComparer.Ordinal);

    /// <summary>Null for a format nobody has defined: it is then no assertion.</summary>
    public static Format? Find(string name) => Known.GetValueOrDefault(name);

    private static bool IsRegex(ReadOnlySpan<byte> text)
    {
        try
        {
            PatternParser.Parse(JsonText.ToUtf16(text));
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
