using System.Globalization;
using System.Text;

namespace Strata.JsonSchema.Loading;

/// <summary>
/// A URI reference in its five parts, resolved by the letter of RFC 3986, section 5. <see cref="Uri"/> is not used: it
/// rewrites what it parses (<c>file:</c>, <c>urn:</c>, percent-encoding), and two spellings of one identifier would differ.
/// </summary>
internal readonly record struct UriReference(string? Scheme, string? Authority, string Path, string? Query, string? Fragment)
{
    public bool IsAbsolute => Scheme is not null;

    public UriReference WithoutFragment => this with { Fragment = null };

    public static UriReference Parse(string text)
    {
        var rest = text.AsSpan();
        string? fragment = null, query = null, scheme = null, authority = null;
        var hash = rest.IndexOf('#');
        if (hash >= 0)
        {
            fragment = rest[(hash + 1)..].ToString();
            rest = rest[..hash];
        }

        var question = rest.IndexOf('?');
        if (question >= 0)
        {
            query = rest[(question + 1)..].ToString();
            rest = rest[..question];
        }

        var colon = rest.IndexOfAny(':', '/');
        if (colon > 0 && rest[colon] == ':')
        {
            scheme = rest[..colon].ToString().ToLowerInvariant();
            rest = rest[(colon + 1)..];
        }

        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            rest = rest[2..];
            var slash = rest.IndexOf('/');
            authority = (slash < 0 ? rest : rest[..slash]).ToString().ToLowerInvariant();
            rest = slash < 0 ? [] : rest[slash..];
        }

        return new UriReference(scheme, authority, rest.ToString(), query, fragment);
    }

    /// <summary>This reference, seen from a base.</summary>
    public UriReference ResolveAgainst(UriReference baseUri)
    {
        if (Scheme is not null)
            return this with { Path = RemoveDots(Path) };
        if (Authority is not null)
            return this with { Scheme = baseUri.Scheme, Path = RemoveDots(Path) };
        if (Path.Length == 0)
            return baseUri with { Query = Query ?? baseUri.Query, Fragment = Fragment };
        return baseUri with { Path = RemoveDots(Path[0] == '/' ? Path : Merge(baseUri)), Query = Query, Fragment = Fragment };
    }

    /// <summary>A fragment without its percent-encoding; null when that is not UTF-8.</summary>
    public static string Decode(string fragment) => fragment.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(fragment) : fragment;

    public override string ToString()
    {
        var text = new StringBuilder();
        if (Scheme is not null)
            text.Append(Scheme).Append(':');
        if (Authority is not null)
            text.Append(CultureInfo.InvariantCulture, $"//{Authority}");
        text.Append(Path);
        if (Query is not null)
            text.Append('?').Append(Query);
        if (Fragment is not null)
            text.Append('#').Append(Fragment);
        return text.ToString();
    }

    private string Merge(UriReference baseUri) => baseUri is { Authority: not null, Path.Length: 0 }
        ? "/" + Path
        : baseUri.Path[..(baseUri.Path.LastIndexOf('/') + 1)] + Path;

    private static string RemoveDots(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal) && !path.StartsWith('.'))
            return path;
        var kept = new List<string>();
        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] == ".." && kept.Count > 1)
                kept.RemoveAt(kept.Count - 1);
            if (segments[i] is not ("." or ".."))
                kept.Add(segments[i]);
            else if (isLast)
                kept.Add("");
        }

        return string.Join('/', kept);
    }
}
