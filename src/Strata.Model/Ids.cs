using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Strata.Model;

/// <summary>The id of a platform (brand): a slug of 3 to 40 characters.</summary>
public readonly record struct PlatformId
{
    private PlatformId(string text) => Text = text;

    /// <summary>The slug, e.g. <c>dcoder</c>.</summary>
    public string Text { get; }

    /// <summary>Reads a slug.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PlatformId id)
    {
        id = Slug.Is(text) ? new PlatformId(text) : default;
        return id.Text is not null;
    }

    /// <summary>Reads a slug that is known to be one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static PlatformId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException(Slug.Expected);

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>The id of a segment, unique within its platform: a slug of 3 to 40 characters.</summary>
public readonly record struct SegmentId : IComparable<SegmentId>
{
    private SegmentId(string text) => Text = text;

    /// <summary>The slug, e.g. <c>enterprise</c>.</summary>
    public string Text { get; }

    /// <summary>Reads a slug.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SegmentId id)
    {
        id = Slug.Is(text) ? new SegmentId(text) : default;
        return id.Text is not null;
    }

    /// <summary>Reads a slug that is known to be one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static SegmentId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException(Slug.Expected);

    /// <summary>Ordinal order.</summary>
    public int CompareTo(SegmentId other) => string.CompareOrdinal(Text, other.Text);

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>The id of a tenant, unique over all platforms and never reused: a slug of 3 to 40 characters.</summary>
public readonly record struct TenantId
{
    private TenantId(string text) => Text = text;

    /// <summary>The slug, e.g. <c>acme</c>.</summary>
    public string Text { get; }

    /// <summary>Reads a slug.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TenantId id)
    {
        id = Slug.Is(text) ? new TenantId(text) : default;
        return id.Text is not null;
    }

    /// <summary>Reads a slug that is known to be one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static TenantId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException(Slug.Expected);

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>The form that all ids share.</summary>
public static partial class Slug
{
    /// <summary>The form in words, for messages.</summary>
    public const string Expected = "must be 3 to 40 characters of a-z, 0-9 and single hyphens, starting with a letter";

    /// <summary>Whether a text is a slug.</summary>
    public static bool Is([NotNullWhen(true)] string? text) => text is { Length: >= 3 and <= 40 } && Pattern().IsMatch(text);

    [GeneratedRegex(@"\A[a-z][a-z0-9]*(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
