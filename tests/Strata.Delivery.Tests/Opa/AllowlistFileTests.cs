using Strata.Delivery.Opa;
using Strata.Delivery.Tests.Rendering;

namespace Strata.Delivery.Tests.Opa;

public sealed class AllowlistFileTests
{
    [Fact]
    public void The_committed_allowlist_is_canonical() => Cases.Check("Opa/Cases", "brands", installation => [AllowlistFile.Render(installation)]);

    [Fact]
    public void The_canonical_form_means_the_same_and_is_its_own_canonical_form()
    {
        var installation = Installations.Read(
            """
            kind: allowlist
            document:
              hosts:
                z.example: { reason: "Because: #1 — 例", owner: yes-team, expiresOn: "2027-01-01", regions: ["no", eu], status: expired }
                "*.a.example": { owner: x, reason: x, status: active }
            """);

        var once = AllowlistFile.Render(installation).Text;
        var again = AllowlistFile.Render(installation with { Allowlist = Yaml.ReadOne(once) }).Text;

        Assert.Equal(once, again);
        Assert.Equal(
            """
            hosts:
              "*.a.example":
                owner: x
                reason: x
              z.example:
                expiresOn: "2027-01-01"
                owner: yes-team
                reason: "Because: #1 — 例"
                regions: ["no", eu]
                status: expired

            """,
            once);
    }
}
