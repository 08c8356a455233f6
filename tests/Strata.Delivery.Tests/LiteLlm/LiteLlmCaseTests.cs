using Strata.Delivery.LiteLlm;
using Strata.Delivery.Tests.Rendering;

namespace Strata.Delivery.Tests.LiteLlm;

public sealed class LiteLlmCaseTests
{
    public static TheoryData<string> All => Cases.In("LiteLlm/Cases");

    [Theory]
    [MemberData(nameof(All))]
    public void Renders_as_approved(string name) => Cases.Check("LiteLlm/Cases", name, installation =>
    {
        var files = LiteLlmFiles.Render(installation, new LiteLlmFacts());
        Assert.Empty(LiteLlmOptions.Unknown(Yaml.ReadOne(files[0].Text), Yaml.ReadOne(files[1].Text)));
        return files;
    });
}
