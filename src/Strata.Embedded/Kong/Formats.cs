using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strata.Embedded.Kong;

/// <summary>The formats of texts in Kong 3.9, with what Kong says about a text that has another.</summary>
internal static partial class Formats
{
    private const string Reserved = "!*'();:@&=+$,/?%#[]";

    /// <summary>The formats by the names that the tables use.</summary>
    public static readonly FrozenDictionary<string, Func<JsonNode, string?>> ByName = new Dictionary<string, Func<string, string?>>
    {
        ["uuid"] = text => UuidForm().IsMatch(text) ? null : "expected a valid UUID",
        ["name"] = text => NameForm().IsMatch(text)
            ? null : $"invalid value '{text}': the only accepted ascii characters are alphanumerics or ., -, _, and ~",
        ["tag"] = text => TagForm().IsMatch(text)
            ? null : $"invalid tag '{text}': expected printable ascii (except `,` and `/`) or valid utf-8 sequences",
        ["host"] = text => PortOf(text) is not null ? "must not have a port" : IsHost(text) ? null : $"invalid value: {text}",
        ["host_port"] = HostWithPort,
        ["host_with_port"] = text => HostWithPort(text.Replace("*", "abc", StringComparison.Ordinal)),
        ["upstream_name"] = UpstreamName,
        ["target"] = text => IsHost(WithoutPort(text)) && PortOf(text) is not > 65535 ? null : $"Invalid target ('{text}'); not a valid hostname or ip address",
        ["sni"] = Sni,
        ["path"] = Path,
        ["route_path"] = RoutePath,
        ["header_name"] = text => HeaderForm().IsMatch(text) ? null : $"bad header name '{text}', allowed characters are A-Z, a-z, 0-9, '_', and '-'",
        ["url"] = Url,
        ["ip_or_cidr"] = text => IPNetwork.TryParse(text, out _) || IPAddress.TryParse(text, out _) ? null : $"invalid ip or cidr range: '{text}'",
        ["regex"] = text => Compiles(text) ? null : $"not a valid regex: {text}",
        ["pair"] = text => text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && colon < text.Length - 1 ? null : $"invalid value: {text}",
        ["public_key"] = text => IsPublicKey(text) ? null : "invalid key",
        ["private_key"] = text => IsReference(text) || text.Contains("PRIVATE KEY-----", StringComparison.Ordinal) ? null : "invalid key: no private key",
        ["certificate"] = text => IsReference(text) || Certificate(text) is not null ? null : "invalid certificate: no certificate",
    }.ToFrozenDictionary(format => format.Key, format => (Func<JsonNode, string?>)(value => format.Value(value.GetValue<string>())));

    /// <summary>A certificate from PEM; null when it is none.</summary>
    public static X509Certificate2? Certificate(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether a pattern that PCRE knows is unknown to the engine of Kong's router.</summary>
    public static bool IsUnknownToRouter(string pattern) => NotInRust().IsMatch(pattern);

    private static bool IsReference(string text) => text.StartsWith("{vault://", StringComparison.Ordinal) && text.EndsWith('}');

    private static int? PortOf(string text) =>
        PortForm().Match(text) is { Success: true } match ? int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture) : null;

    private static string WithoutPort(string text) => PortForm().Replace(text, "").Trim('[', ']');

    private static bool IsHost(string text) => text.Count(c => c == ':') > 1
        ? IPAddress.TryParse(text, out _)
        : AddressForm().IsMatch(text) ? IPAddress.TryParse(text, out _) : HostForm().IsMatch(text);

    private static string? HostWithPort(string text) =>
        PortOf(text) is > 65535 ? "invalid port number" : IsHost(WithoutPort(text)) ? null : $"invalid hostname: {text}";

    private static string? UpstreamName(string text)
    {
        if (PortOf(text) is not null)
            return "Invalid name; no port allowed";
        if (!IsHost(text))
            return $"Invalid name ('{text}'); must be a valid hostname";
        return IPAddress.TryParse(text, out _) ? "Invalid name; no ip addresses allowed" : null;
    }

    private static string? Sni(string text)
    {
        var host = text.Replace("*", "abc", StringComparison.Ordinal);
        if (PortOf(host) is not null)
            return "must not have a port";
        return IPAddress.TryParse(host, out _) ? "must not be an IP" : IsHost(host) ? null : $"invalid value: {text}";
    }

    private static string? Path(string text) =>
        !PathForm().IsMatch(text) ? $"invalid path: '{text}' (characters outside of the reserved list of RFC 3986 found)" : Percent(text);

    private static string? Percent(string text) =>
        PercentForm().Match(text) is { Success: true } wrong ? $"invalid url-encoded value: '{wrong.Value}'" : null;

    private static string? RoutePath(string text)
    {
        if (text.StartsWith('~'))
            return Percent(text) ?? (Compiles(text[1..]) ? null : $"invalid regex: '{text[1..]}' (PCRE returned: the pattern does not compile)");
        var normal = Percent(text) is null ? Normalized(text) : text;
        return Percent(text) ?? (normal == text ? null : $"non-normalized path, consider use '{normal}' instead");
    }

    /// <summary>Percent-encoding only where it is needed and in upper case, without dot segments.</summary>
    private static string Normalized(string path)
    {
        var bytes = new List<byte>();
        var input = Encoding.UTF8.GetBytes(path);
        for (var i = 0; i < input.Length; i++)
        {
            if (input[i] != '%')
            {
                bytes.Add(input[i]);
                continue;
            }
            var value = byte.Parse(Encoding.ASCII.GetString(input, i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            bytes.AddRange(Reserved.Contains((char)value, StringComparison.Ordinal) ? Encoding.ASCII.GetBytes($"%{value:X2}") : [value]);
            i += 2;
        }
        var segments = new List<string>();
        var decoded = Encoding.UTF8.GetString([.. bytes]).Split('/')[1..];
        foreach (var (i, segment) in decoded.Index())
        {
            if (segment == ".." && segments.Count > 0)
                segments.RemoveAt(segments.Count - 1);
            if (segment is not ("." or ".."))
                segments.Add(segment);
            else if (i == decoded.Length - 1)
                segments.Add("");
        }
        return $"/{string.Join('/', segments)}";
    }

    private static string? Url(string text)
    {
        var match = UrlForm().Match(text);
        if (match.Groups["host"].Value.Length == 0)
            return IsReference(text) ? null : "missing host in url";
        return match.Groups["scheme"].Value.Length == 0 ? "missing scheme in url" : null;
    }

    private static bool Compiles(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (RegexParseException)
        {
            return false;
        }
    }

    // A private key is taken as well; Kong does not mind.
    private static bool IsPublicKey(string pem)
    {
        if (!pem.Contains("KEY-----\n", StringComparison.Ordinal))
            return false;
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return IsSubjectPublicKey(pem);
        }
    }

    private static bool IsSubjectPublicKey(string pem)
    {
        try
        {
            var fields = PemEncoding.Find(pem);
            _ = PublicKey.CreateFromSubjectPublicKeyInfo(Convert.FromBase64String(pem[fields.Base64Data]), out _);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UuidForm();

    [GeneratedRegex(@"\A[A-Za-z0-9._~\u0080-\uffff-]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameForm();

    [GeneratedRegex(@"\A[\x20-\x2b\x2d\x2e\x30-\x7e\u0080-\uffff]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TagForm();

    [GeneratedRegex(@"\A([A-Za-z0-9_-]*[A-Za-z0-9_]\.)*[A-Za-z0-9_-]*[A-Za-z0-9_]\.?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostForm();

    [GeneratedRegex(@"\A\d+(\.\d+){3}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AddressForm();

    [GeneratedRegex(@"(?<=\A[^:]*|\])(:(?<port>\d{1,9}))\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PortForm();

    [GeneratedRegex(@"\A/[A-Za-z0-9._~/%:@!$&'()*+,;=-]*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PathForm();

    [GeneratedRegex(@"%(?![0-9A-Fa-f]{2}).{0,2}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PercentForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HeaderForm();

    [GeneratedRegex(@"\A((?<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?//([^/@?#]*@)?(?<host>[^/:?#]*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UrlForm();

    // Look-around, back-references and needless escapes.
    [GeneratedRegex(@"\(\?<?[=!]|\\[1-9]|\\/", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotInRust();
}
