using Strata.Model.Sections;

namespace Strata.Model.Tests.Resolution;

public sealed class CatalogTests
{
    [Fact]
    public void All_fifteen_sections_load() => Assert.Equal(SectionCatalog.Names, SectionCatalog.Load().Sections.Select(section => section.Name));
}
