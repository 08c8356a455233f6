using System.Globalization;
using Strata.Model.Documents;
using Strata.Model.Overrides;
using Strata.Model.Policies;
using Strata.Model.Resolution;

namespace Strata.Model.Judgement;

/// <summary>Breaches and findings as violations.</summary>
internal static class Refusals
{
    /// <summary>Where a violation stands among others: schema, plaintext, override rules, policies.</summary>
    public static int Order(Violation violation) => violation.Rule switch
    {
        References.PlaintextRule => 1,
        _ when violation.Rule.StartsWith("policy/", StringComparison.Ordinal) => 3,
        _ => violation.SchemaLocation is null && OverrideRules.IsWord(violation.Rule) ? 2 : 0,
    };

    /// <summary>A value that breaks its rule.</summary>
    public static Violation Of(Breach breach) => new(breach.RefusedAt, breach.Rule.Word(), Message(breach))
    {
        Inherited = breach.Inherited?.Value,
        Layer = breach.Inherited?.Layer ?? (breach.Rule == OverrideRule.Locked ? LayerName.Platform : null),
    };

    /// <summary>A policy that refuses.</summary>
    public static Violation Of(Finding finding) => new(finding.Pointer, finding.Policy, finding.Message);

    /// <summary>A document above its published size.</summary>
    public static Violation TooLarge(int bytes, int limit) =>
        new(JsonPointer.Root, "maxBytes", string.Create(CultureInfo.InvariantCulture, $"must be at most {limit} bytes of canonical JSON (is {bytes})")) { Limit = Json.Of(limit) };

    private static string Message(Breach breach)
    {
        var (inherited, layer) = (breach.Inherited?.Value, breach.Inherited?.Layer);
        return breach.Rule switch
        {
            OverrideRule.Locked when breach.Pointer != breach.RefusedAt => "only the platform creates entries of this catalogue",
            OverrideRule.Locked => "is locked: only the platform may set it",
            OverrideRule.TenantOnly => "only a tenant may set it",
            OverrideRule.AtMost => $"must be at most {inherited}, which the layer '{layer}' grants (is {breach.From})",
            OverrideRule.AtLeast => $"must be at least {inherited}, which the layer '{layer}' demands (is {breach.From})",
            OverrideRule.Subset => $"must hold nothing but members of {inherited} of the layer '{layer}' (is {breach.From})",
            OverrideRule.OnlyDisable => $"can only be turned off: the layer '{layer}' does not grant it",
            OverrideRule.OnlyEnable => $"can only be turned on: the layer '{layer}' demands it",
            OverrideRule.Stricter => $"must be at least as strict as {inherited} of the layer '{layer}' (is {breach.From})",
            OverrideRule.Replace or OverrideRule.Superset => "is not allowed",
        };
    }
}
