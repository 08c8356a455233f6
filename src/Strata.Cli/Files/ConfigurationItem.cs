using System.Collections.Immutable;
using Strata.Model.Documents;

namespace Strata.Cli.Files;

/// <summary>A file's part of an item.</summary>
/// <param name="File">The file, for its places; its value has gone into the document.</param>
/// <param name="Prefix">Where the document stands in it: `/document`, or empty where the file is the document.</param>
internal sealed record ItemPart(SourceFile File, string Prefix);

/// <summary>What a platform, segment or tenant, or the allowlist, is to be, as files say it.</summary>
/// <param name="Kind">`allowlist`, `platform`, `segment` or `tenant`.</param>
/// <param name="Id">Its id.</param>
/// <param name="Platform">The platform of a segment or tenant; null for the others.</param>
/// <param name="Document">What it is to be, whole.</param>
/// <param name="Parts">The files that it was put together from.</param>
internal sealed record ConfigurationItem(string Kind, string Id, string? Platform, JsonObject Document, ImmutableArray<ItemPart> Parts)
{
    /// <summary>The platform that it is or belongs to; null for the allowlist.</summary>
    public string? Brand => Kind == "platform" ? Id : Platform;

    /// <summary>What plans and messages call it, such as `tenant dcoder/acme`.</summary>
    public string Label => NameOf(Kind, Id, Platform);

    /// <summary>Something that is wrong with it.</summary>
    /// <param name="pointer">A JSON Pointer into the document.</param>
    /// <param name="rule">What refuses.</param>
    /// <param name="message">What was expected and what there is.</param>
    public Problem ProblemAt(string pointer, string rule, string message)
    {
        var part = Parts.MaxBy(part => Depth(part, pointer))!;
        return new Problem(part.File.Path, part.File.PlaceOf(part.Prefix + pointer), pointer, rule, message);
    }

    /// <summary>Something that is wrong with what stands around the document: its kind, id or platform.</summary>
    public Problem ProblemOf(string member, string rule, string message) =>
        new(Parts[0].File.Path, Parts[0].File.PlaceOf($"/{member}"), $"/{member}", rule, message);

    /// <summary>What plans and messages call an item.</summary>
    public static string NameOf(string kind, string id, string? platform) => kind switch
    {
        "allowlist" => "allowlist",
        "platform" => $"platform {id}",
        _ => $"{kind} {platform}/{id}",
    };

    /// <summary>How far a file leads towards a place.</summary>
    private static int Depth(ItemPart part, string pointer)
    {
        var at = pointer;
        while (at.Length > 0 && !part.File.Has(part.Prefix + at))
            at = at[..at.LastIndexOf('/')];
        return at.Length;
    }
}
