using Strata.Delivery.Kong;
using Strata.Delivery.Tests.Rendering;

namespace Strata.Delivery.Tests.Kong;

public sealed class KongCaseTests
{
    public static TheoryData<string> All => Cases.In("Kong/Cases");

    [Theory]
    [MemberData(nameof(All))]
    public void Renders_as_approved(string name) => Cases.Check("Kong/Cases", name, installation =>
    {
        var file = KongFile.Render(installation, new KongFacts());
        Assert.Empty(KongValidator.Check(Yaml.ReadOne(file.Text)));
        return [file];
    });
}
