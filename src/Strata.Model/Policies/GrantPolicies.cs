using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Strata.Model.Documents;

namespace Strata.Model.Policies;

/// <summary>What is granted to some tenants only.</summary>
internal static class GrantPolicies
{
    /// <summary>A feature or plugin that is on is granted to the tenant by <c>segments</c>, and the tenant is inside the rollout.</summary>
    public static readonly Policy Granted = new(
        "policy/granted",
        ["/features/*/enabled", "/features/*/segments", "/features/*/rolloutPercent", "/plugins/*/enabled", "/plugins/*/segments"],
        static (policy, context) =>
        {
            if (context.Subject is not { } subject)
                return;
            foreach (var section in (string[])["features", "plugins"])
            {
                foreach (var (id, entry) in context.Merged[section].Entries())
                {
                    if (!entry.Member("enabled").IsTrue() || WhyNot(subject, id, entry) is not { } reason)
                        continue;
                    var pointer = JsonPointer.Of(section, id);
                    context.Report(policy.Id, Severity.Warn, pointer, reason);
                    context.Withhold(policy.Id, pointer, reason);
                }
            }
        })
    { ReadsTenant = true };

    /// <summary>A feature's <c>variant</c> is one of its <c>variants</c>: a tenant chooses among listed values and never brings its own.</summary>
    public static readonly Policy VariantExists = new(
        "policy/variant-exists",
        ["/features/*/variant", "/features/*/variants"],
        static (policy, context) =>
        {
            foreach (var (id, feature) in context.Merged["features"].Entries())
            {
                if (feature.Member("variant").Text() is { } name && feature.Member("variants").Member(name) is null)
                    context.Report(policy.Id, Severity.Deny, JsonPointer.Of("features", id, "variant"), $"names the variant '{name}', which the feature does not have");
            }
        });

    /// <summary>
    /// Whether a tenant is inside a feature's rollout: a stable hash of feature and tenant, so that raising the share only adds tenants.
    /// </summary>
    /// <param name="feature">The feature's key.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="percent">0 to 100.</param>
    public static bool IsInRollout(string feature, TenantId tenant, double percent)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{feature}\n{tenant}"), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / (double)uint.MaxValue * 100 < percent;
    }

    /// <summary>Why something is not granted, for people.</summary>
    public static string NotGranted(Json entry) => entry.Member("segments").Texts() is { IsEmpty: false } segments
        ? $"is granted only to the segments {string.Join(", ", segments)}"
        : "is granted to nobody";

    private static string? WhyNot(PolicySubject subject, string id, Json entry)
    {
        if (!subject.IsGranted(entry.Member("segments")))
            return NotGranted(entry);
        return entry.Member("rolloutPercent").Number() is { } percent && percent < 100 && !IsInRollout(id, subject.Tenant, percent)
            ? "is rolled out to other tenants so far"
            : null;
    }
}
