using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Opa;

/// <summary>
/// The allowlist in its canonical form: a source that people edit, so it has no header, and nothing in it is lost or made up. Hosts and members stand
/// in order; what says no more than the default is left out.
/// </summary>
public static class AllowlistFile
{
    /// <summary>Where it lies in the repository.</summary>
    public const string Path = "infrastructure/policies/allowed_provider_hosts.yaml";

    /// <summary>Renders the file.</summary>
    public static GeneratedFile Render(Installation installation) => new(Path, YamlText.Write(Canonical(installation.Allowlist)), []) { Header = "" };

    private static JsonObject Canonical(JsonObject allowlist) => JsonObject.Of(
        ("hosts", JsonObject.Of(allowlist["hosts"].Entries().Select(host => KeyValuePair.Create<string, Json>(host.Key, Entry((JsonObject)host.Value))))));

    private static JsonObject Entry(JsonObject entry) => entry["status"].Text() == "active" ? entry.Without("status") : entry;
}
