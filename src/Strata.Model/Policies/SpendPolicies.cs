using System.Globalization;
using Strata.Model.Documents;

namespace Strata.Model.Policies;

/// <summary>Quotas and budgets that agree with themselves.</summary>
internal static class SpendPolicies
{
    /// <summary>The longer window is not the narrower one.</summary>
    public static readonly Policy QuotaWindows = new(
        "policy/quota-windows-ordered",
        ["/quotas/requestsPerMinute", "/quotas/requestsPerMonth"],
        static (policy, context) =>
        {
            var quotas = context.Merged["quotas"];
            if (quotas.Member("requestsPerMonth").Number() is { } month && quotas.Member("requestsPerMinute").Number() is { } minute && month < minute)
                context.Report(policy.Id, Severity.Deny, JsonPointer.Parse("/quotas/requestsPerMonth"), Say($"must be at least requestsPerMinute, {minute} (is {month})"));
        });

    /// <summary>Everything that is counted against the budget lies under its limit.</summary>
    public static readonly Policy Budget = new(
        "policy/budget-consistent",
        ["/budgets", "/llm/routing/failover"],
        static (policy, context) =>
        {
            var budgets = context.Merged["budgets"];
            var limit = budgets.Member("limitUsd").Number();
            var failover = context.Merged["llm"].Member("routing").Member("failover");
            if (failover.Member("enabled").IsTrue())
            {
                if (failover.Member("spendCeilingUsd").Number() is not { } ceiling)
                    context.Report(policy.Id, Severity.Deny, JsonPointer.Parse("/llm/routing/failover/spendCeilingUsd"), "must be set where failover is enabled");
                else if (ceiling > limit)
                    context.Report(policy.Id, Severity.Deny, JsonPointer.Parse("/llm/routing/failover/spendCeilingUsd"), Say($"must be at most budgets.limitUsd, {limit} (is {ceiling})"));
            }
            if (limit is not { } most)
                return;
            if (budgets.Member("perKeyLimitUsd").Number() is { } perKey && perKey > most)
                context.Report(policy.Id, Severity.Deny, JsonPointer.Parse("/budgets/perKeyLimitUsd"), Say($"must be at most limitUsd, {most} (is {perKey})"));
            foreach (var threshold in (budgets.Member("alertThresholds") as JsonArray)?.Items.OfType<JsonNumber>() ?? [])
            {
                if (Cents(threshold.Value * most) >= Cents(most))
                    context.Report(policy.Id, Severity.Deny, JsonPointer.Parse("/budgets/alertThresholds"), Say($"{threshold.Value} of limitUsd, {most}, must be at least a cent under it"));
            }
        });

    private static double Cents(double usd) => Math.Round(usd * 100, MidpointRounding.AwayFromZero);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
