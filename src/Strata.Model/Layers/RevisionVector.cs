using System.Collections.Immutable;

namespace Strata.Model;

/// <summary>
/// Everything that an effective document was computed from: <c>core:1f0c…;allowlist:4;platform:12;segment.enterprise:3;attributes:2;tenant:1.7</c>.
/// Equal vectors mean equal bytes.
/// </summary>
/// <param name="Core">The content version of the schemas; it has no order.</param>
/// <param name="Components">The layers below core, in order of precedence.</param>
public sealed record RevisionVector(string Core, ImmutableArray<(LayerName Layer, Revision Revision)> Components)
{
    /// <summary>The names of the segments' layers among <see cref="Components"/>, in order of precedence.</summary>
    public IEnumerable<LayerName> Segments => Components.Select(part => part.Layer).Where(layer => layer.SegmentId is not null);

    /// <summary>Reads the text form.</summary>
    public static RevisionVector? TryParse(string? text)
    {
        var parts = (text ?? "").Split(';');
        if (parts[0].Split(':') is not ["core", { Length: > 0 } core])
            return null;
        var components = ImmutableArray.CreateBuilder<(LayerName, Revision)>(parts.Length);
        foreach (var part in parts.Skip(1))
        {
            if (part.Split(':') is not [{ Length: > 0 } name, var number] || !Revision.TryParse(number, out var revision))
                return null;
            components.Add((new LayerName(name), revision));
        }
        return new RevisionVector(core, components.DrainToImmutable());
    }

    /// <summary>
    /// Whether this is not from before <paramref name="minimum"/>: every component that both have is at least as new. Core is ignored, since
    /// it has no order, and so is a segment that the tenant has left.
    /// </summary>
    public bool IsAtLeast(RevisionVector minimum) =>
        minimum.Components.All(wanted => Components.All(own => own.Layer != wanted.Layer || own.Revision.CompareTo(wanted.Revision) >= 0));

    /// <inheritdoc/>
    public override string ToString() => string.Join(';', Components.Select(part => $"{part.Layer}:{part.Revision}").Prepend($"core:{Core}"));
}
