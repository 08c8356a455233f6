using System.Diagnostics;
using Strata.Delivery.Opa;
using Strata.Delivery.Rendering;
using Strata.Delivery.Tests.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.Tests.Opa;

/// <summary>The rules of <c>infrastructure/policies/</c> on the data that is rendered for them, decided by the real <c>opa</c> where it is on the PATH.</summary>
public sealed class OpaPolicyTests : IDisposable
{
    private static readonly string Policies = Path.Combine(Installations.Repository, "infrastructure", "policies");
    private readonly string _folder = Directory.CreateTempSubdirectory("strata-opa-").FullName;

    private string Data => Path.Combine(_folder, "data.json");

    public static bool HasOpa => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "opa")));

    [Fact(SkipUnless = nameof(HasOpa), Skip = "there is no opa on the PATH")]
    public async Task A_tenant_reaches_exactly_the_providers_that_serve_it()
    {
        var installation = Installations.Committed();
        foreach (var brand in installation.Brands)
        {
            await File.WriteAllBytesAsync(Data, OpaData.Of(installation.Allowlist, brand.Sliced()).ToUtf8(), TestContext.Current.CancellationToken);
            foreach (var tenant in brand.Tenants)
            {
                var expected = tenant.Document["llm"].Member("providers").Entries().Where(provider => tenant.IsActive && provider.Value.Member("enabled").IsTrue());

                Assert.Equal(string.Join(' ', expected.Select(provider => provider.Key)), await ReachedAsync(tenant));
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The providers that a tenant may call, at its own endpoint or theirs.</summary>
    private async Task<string> ReachedAsync(Tenant tenant)
    {
        var requests = tenant.Document["llm"].Member("providers").Entries().Select(provider => JsonObject.Of(
            ("host", provider.Value.Member("own").Member("host") ?? provider.Value.Member("host")),
            ("kind", Json.Of("provider")), ("name", Json.Of(provider.Key)), ("port", provider.Value.Member("port")), ("tenant", Json.Of(tenant.Id.Text))));
        var query = $"concat(\" \", [r.name | some r in {new JsonArray([.. requests])}; data.strata.egress.allow with input as r])";
        var start = new ProcessStartInfo("opa", ["eval", "--format", "raw", "-d", Path.Combine(Policies, "egress.rego"), "-d", Path.Combine(Policies, "hosts.rego"), "-d", Data, query])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var opa = Process.Start(start)!;
        return (await opa.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim();
    }
}
