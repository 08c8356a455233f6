using System.Globalization;

namespace Strata.Model;

/// <summary>
/// The number of a revision. Numbers of a layer start at 1 and have no gaps; 0 is the empty document that a layer has from creation.
/// A tenant's revisions are ordered by (incarnation, number), since restoring a backup starts a new incarnation.
/// </summary>
/// <param name="Incarnation">From 1 for tenants; 0 for layers of the shared database, which have none.</param>
/// <param name="Number">From 0.</param>
public readonly record struct Revision(int Incarnation, long Number) : IComparable<Revision>
{
    /// <summary>A revision of a layer in the shared database.</summary>
    public Revision(long number) : this(0, number)
    {
    }

    /// <summary>The revision after this one.</summary>
    public Revision Next => this with { Number = Number + 1 };

    /// <inheritdoc/>
    public int CompareTo(Revision other) => (Incarnation, Number).CompareTo((other.Incarnation, other.Number));

    /// <summary>Reads <c>12</c> or <c>1.7</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Revision revision)
    {
        revision = default;
        var dot = text.IndexOf('.');
        var incarnation = 0;
        if (dot >= 0 && !int.TryParse(text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out incarnation))
            return false;
        if (!long.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        revision = new Revision(incarnation, number);
        return dot < 0 || incarnation > 0;
    }

    /// <summary><c>12</c>, or <c>1.7</c> with an incarnation.</summary>
    public override string ToString() => Incarnation == 0
        ? Number.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Incarnation}.{Number}");
}

/// <summary>Why a revision was made.</summary>
public enum RevisionKind
{
    /// <summary>A write.</summary>
    Change,

    /// <summary>A former document, put in force again.</summary>
    Rollback,

    /// <summary>Brought in from files or another installation.</summary>
    Import,

    /// <summary>The scheduler ended what had expired.</summary>
    Expiry,
}

/// <summary>The words of <see cref="RevisionKind"/>.</summary>
public static class RevisionKinds
{
    /// <summary>The kind's word in storage and on the wire.</summary>
    public static string Word(this RevisionKind kind) => kind switch
    {
        RevisionKind.Change => "change",
        RevisionKind.Rollback => "rollback",
        RevisionKind.Import => "import",
        RevisionKind.Expiry => "expiry",
    };

    /// <summary>The kind of a word.</summary>
    /// <exception cref="FormatException">There is no such kind.</exception>
    public static RevisionKind Parse(string word) => word switch
    {
        "change" => RevisionKind.Change,
        "rollback" => RevisionKind.Rollback,
        "import" => RevisionKind.Import,
        "expiry" => RevisionKind.Expiry,
        _ => throw new FormatException($"'{word}' is no kind of revision."),
    };
}
