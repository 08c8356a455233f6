using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Strata.Delivery.Loop;
using Strata.Model.Documents;

namespace Strata.Server.Targets;

/// <summary>What separates a target from its desired state; nothing when there is no difference.</summary>
/// <param name="Target">The target's id.</param>
/// <param name="Scope">What was looked at: <c>all</c>, <c>platform:&lt;id&gt;</c> or <c>tenant:&lt;id&gt;</c>.</param>
/// <param name="Hash">The name under which exactly this plan is approved.</param>
/// <param name="Operations">In the order in which they are done.</param>
public sealed record PlanResponse(string Target, string Scope, string Hash, ImmutableArray<OperationResponse> Operations)
{
    /// <summary>Why it waits for an approval; <c>null</c> when it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Blocked { get; init; }

    /// <summary>Parts that could not be looked at, with their own words; <c>null</c> when all could.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<string, string>? Unreachable { get; init; }

    /// <summary>The plans of all parts as one.</summary>
    internal static PlanResponse Of(ITarget target, Model.Delivery.Scope scope, ImmutableArray<Plan> plans) => new(
        target.Id.Text, scope.Text, HashOf(plans), [.. plans.SelectMany(plan => plan.Operations.Select(operation => OperationResponse.Of(plan, operation)))])
    {
        Blocked = plans.Where(plan => !plan.IsEmpty).Select(plan => Guard.Check(plan, target.Pace)).FirstOrDefault(why => why is not null),
    };

    private static string HashOf(ImmutableArray<Plan> plans) => plans is [var only]
        ? only.Hash
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(' ', plans.Select(plan => plan.Hash)))), 0, 8);
}

/// <summary>One step of a plan.</summary>
/// <param name="Op"><c>create</c>, <c>update</c> or <c>delete</c>.</param>
/// <param name="Kind">The target's word for the kind of object.</param>
/// <param name="Key">Which object.</param>
/// <param name="Fields">What differs; secrets are never among the values.</param>
public sealed record OperationResponse(string Op, string Kind, string Key, ImmutableArray<FieldResponse> Fields)
{
    /// <summary>At which part of the target, e.g. a node's address; <c>null</c> where it has one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Part { get; init; }

    internal static OperationResponse Of(Plan plan, Operation operation) => new(
        operation.Op switch
        {
            OperationKind.Create => "create",
            OperationKind.Update => "update",
            OperationKind.Delete => "delete",
        },
        operation.Kind,
        operation.Key,
        [.. operation.Fields.Select(field => new FieldResponse(field.Name, field.Old, field.New))])
    {
        Part = plan.Key.Part.Length == 0 ? null : plan.Key.Part,
    };
}

/// <summary>A field that differs.</summary>
/// <param name="Name">Its name in the target's words.</param>
/// <param name="Old">What the target has; <c>null</c> for nothing.</param>
/// <param name="New">What it shall have; <c>null</c> for nothing.</param>
public sealed record FieldResponse(string Name, Json? Old, Json? New);
