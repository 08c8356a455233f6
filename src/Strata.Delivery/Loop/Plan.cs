using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Strata.Model.Delivery;
using Strata.Model.Documents;

namespace Strata.Delivery.Loop;

/// <summary>What an operation does.</summary>
public enum OperationKind
{
    /// <summary>Makes an object.</summary>
    Create,

    /// <summary>Changes an object.</summary>
    Update,

    /// <summary>Removes an object.</summary>
    Delete,
}

/// <summary>One step of a plan.</summary>
/// <param name="Op">What it does.</param>
/// <param name="Kind">The target's word for the kind of object, e.g. <c>consumer</c>.</param>
/// <param name="Key">Which object.</param>
/// <param name="Fields">What differs, in order; secrets are never among the values.</param>
public sealed record Operation(OperationKind Op, string Kind, string Key, ImmutableArray<FieldChange> Fields);

/// <summary>A field that differs.</summary>
/// <param name="Name">Its name or path in the target's words.</param>
/// <param name="Old">What the target has; <c>null</c> for nothing.</param>
/// <param name="New">What it shall have; <c>null</c> for nothing.</param>
public sealed record FieldChange(string Name, Json? Old, Json? New);

/// <summary>The difference between what a target is and what it shall be: empty when there is none.</summary>
/// <param name="Key">The unit of delivery.</param>
/// <param name="Operations">The steps in the order in which they are done.</param>
public sealed record Plan(DeliveryKey Key, ImmutableArray<Operation> Operations)
{
    /// <summary>A plan with nothing to do.</summary>
    public static Plan Empty(DeliveryKey key) => new(key, []);

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Operations.IsEmpty;

    /// <summary>How many of our objects the target has now; what the guard against mass deletion measures with.</summary>
    public int Existing { get; init; }

    /// <summary>How many objects it shall have.</summary>
    public int Desired { get; init; }

    /// <summary>How many objects go away; by default the operations that delete. A target that does not list them says so here.</summary>
    public int Deleted { get => field < 0 ? Operations.Count(operation => operation.Op == OperationKind.Delete) : field; init; } = -1;

    /// <summary>Why it must not be carried out without approval, in a sentence; <c>null</c> when it may.</summary>
    public string? Blocked { get; init; }

    /// <summary>What changes with every difference of the plan: the name under which it is approved.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text())), 0, 8);

    private string Text() => string.Join('\n', Operations.Select(operation =>
        $"{operation.Op} {operation.Kind} {operation.Key} {string.Join(' ', operation.Fields.Select(field => $"{field.Name}={field.Old}>{field.New}"))}").Prepend(Key.ToString()));
}
