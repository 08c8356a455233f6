using System.Runtime.CompilerServices;
using Strata.JsonSchema;
using Strata.Model.Documents;

namespace Strata.Model.Policies;

/// <summary>What an enabled plugin needs. Keeps each <c>configSchema</c> compiled for as long as the platform's document lives that holds it.</summary>
internal sealed class PluginPolicies
{
    private readonly ConditionalWeakTable<Json, StrongBox<CompiledSchema?>> _compiled = [];

    /// <summary>
    /// An enabled plugin is granted, not withdrawn, of an offered version, has its secrets and a valid configuration, and reaches allowed hosts only.
    /// </summary>
    public Policy Ready => field ??= new(
        "policy/plugin-ready",
        [
            "/plugins/*/enabled", "/plugins/*/segments", "/plugins/*/lifecycle", "/plugins/*/version", "/plugins/*/offeredVersions", "/plugins/*/secrets?",
            "/plugins/*/requiredSecrets", "/plugins/*/config", "/plugins/*/configSchema", "/plugins/*/hosts", "/egress/allowedHosts", "/egress/deniedHosts",
        ],
        (policy, context) =>
        {
            foreach (var (id, plugin) in context.Merged["plugins"].Entries())
            {
                if (!plugin.Member("enabled").IsTrue())
                    continue;
                var pointer = JsonPointer.Of("plugins", id);
                foreach (var (member, reason) in Faults(context, plugin))
                {
                    context.Report(policy.Id, Severity.Deny, pointer.Append(member), reason);
                    context.Withhold(policy.Id, pointer, $"{member} {reason}");
                }
            }
        })
    { ReadsTenant = true };

    private IEnumerable<(string Member, string Reason)> Faults(PolicyContext context, Json plugin)
    {
        if (plugin.Member("lifecycle").Text() == "withdrawn")
            yield return ("lifecycle", "is withdrawn: the plugin is off everywhere");
        if (plugin.Member("offeredVersions") is { } offered && plugin.Member("version").Text() is { } version && !offered.Texts().Contains(version))
            yield return ("version", $"must be one of {string.Join(", ", offered.Texts())} (is {version})");
        foreach (var host in plugin.Member("hosts").Texts().Where(host => !HostLists.MayReach(context.Merged, host)))
            yield return ("hosts", $"'{host}' must be on egress.allowedHosts and not on egress.deniedHosts");
        if (context.Subject is null)
            yield break;

        if (!context.Subject.IsGranted(plugin.Member("segments")))
            yield return ("enabled", GrantPolicies.NotGranted(plugin));
        foreach (var name in plugin.Member("requiredSecrets").Texts().Where(name => plugin.Member("secrets").Member(name) is null))
            yield return ("secrets", $"must reference '{name}'");
        if (plugin.Member("configSchema") is { } schema)
        {
            foreach (var fault in ConfigFaults(schema, plugin.Member("config") ?? JsonObject.Empty))
                yield return ("config", fault);
        }
    }

    private IEnumerable<string> ConfigFaults(Json schema, Json config) =>
        _compiled.GetValue(schema, static json => new StrongBox<CompiledSchema?>(Compile(json))).Value is { } compiled
            ? compiled.Validate(config.ToUtf8()).Select(error => $"{error.InstanceLocation} {error.Message}".TrimStart())
            : ["cannot be checked: the configSchema is no valid JSON Schema"];

    private static CompiledSchema? Compile(Json schema)
    {
        const string Uri = "https://schemas.strata.dev/plugin-config";
        try
        {
            return new SchemaRegistry().Add(schema.ToUtf8(), Uri).Compile(Uri);
        }
        catch (SchemaException)
        {
            return null; // reported as a fault of the plugin
        }
    }
}
