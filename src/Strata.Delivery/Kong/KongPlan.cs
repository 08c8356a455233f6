using System.Collections.Immutable;
using Strata.Delivery.Loop;
using Strata.Model.Documents;

namespace Strata.Delivery.Kong;

/// <summary>What differs between a node and its desired configuration, entity by entity and field by field. Pure. It explains: a push replaces everything.</summary>
internal static class KongPlan
{
    private static readonly Json Hidden = Json.Of("(hidden)");

    // Values that are credentials, or may be.
    private static readonly ImmutableHashSet<string> Secrets =
        ["cert", "cert_alt", "client_secret", "headers", "jwk", "key", "key_alt", "password", "pem", "rsa_public_key", "secret"];

    // Maps in which every entry counts, not only those that Strata sets.
    private static readonly ImmutableHashSet<string> Maps = ["headers", "resource_attributes"];

    /// <summary>The operations in the order of kinds, then names.</summary>
    public static ImmutableArray<Operation> Between(ImmutableArray<KongEntity> desired, ImmutableArray<KongEntity> observed)
    {
        var wanted = desired.ToDictionary(entity => (entity.Kind, entity.Id));
        var present = observed.ToDictionary(entity => (entity.Kind, entity.Id));
        return
        [
            .. desired.Where(entity => !present.ContainsKey((entity.Kind, entity.Id))).Concat(observed)
                .OrderBy(KongObserve.Order).ThenBy(entity => entity.Name, StringComparer.Ordinal).ThenBy(entity => entity.Id, StringComparer.Ordinal)
                .Select(entity => Operation(wanted.GetValueOrDefault((entity.Kind, entity.Id)), present.GetValueOrDefault((entity.Kind, entity.Id))))
                .OfType<Operation>(),
        ];
    }

    /// <summary>One line about an operation, for a message.</summary>
    public static string Line(Operation operation) =>
        $"{operation.Op.ToString().ToLowerInvariant()} {operation.Kind} {operation.Key}"
        + string.Concat(operation.Op == OperationKind.Update ? operation.Fields.Select(field => $" {field.Name} {Word(field.Old)} → {Word(field.New)}") : []);

    private static Operation? Operation(KongEntity? desired, KongEntity? observed)
    {
        if (observed is null)
            return new Operation(OperationKind.Create, desired!.Kind, desired.Name, [.. Changes("", JsonObject.Empty, desired.Fields)]);
        if (desired is null)
            return new Operation(OperationKind.Delete, observed.Kind, observed.Name, []);
        var fields = Changes("", observed.Fields, KongDefaults.Fill(desired)).ToImmutableArray();
        return fields.IsEmpty ? null : new Operation(OperationKind.Update, desired.Kind, desired.Name, fields);
    }

    /// <summary>Fields that are not named on the desired side are the node's own: versions of Kong add some.</summary>
    private static IEnumerable<FieldChange> Changes(string at, JsonObject old, JsonObject desired)
    {
        foreach (var (name, value) in desired.Members.ToArray())
        {
            var (path, before, after) = (at.Length == 0 ? name : $"{at}.{name}", old[name], value.Kind == JsonKind.Null ? null : value);
            if (after is JsonObject inside && before is null or JsonObject && !Maps.Contains(name))
            {
                foreach (var change in Changes(path, before as JsonObject ?? JsonObject.Empty, inside))
                    yield return change;
            }
            else if (before is null ? after is not null : !before.Equals(after))
            {
                yield return new FieldChange(path, Shown(name, before), Shown(name, after));
            }
        }
    }

    // Whatever stands in a map that only the node has may be a secret.
    private static Json? Shown(string name, Json? value) => value is JsonObject || (value is not null && Secrets.Contains(name)) ? Hidden : value;

    private static string Word(Json? value) => value?.ToString() ?? "nothing";
}
