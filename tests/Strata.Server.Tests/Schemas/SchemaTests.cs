using System.Net;

namespace Strata.Server.Tests.Schemas;

public sealed class SchemaTests(StrataFixture fixture)
{
    [Fact]
    public async Task Every_section_has_a_schema()
    {
        var caller = await fixture.CallerAsync("tenant-admin", tenant: "any-tenant");

        var items = (await caller.GetAsync("/v1/schemas")).Ok().Json["items"]!.AsArray();

        Assert.Equal(15, items.Count);
        foreach (var item in items)
            Assert.EndsWith($"/sections/{(string)item!["section"]!}", (string?)(await caller.GetAsync((string)item["href"]!)).Ok().Json["$id"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_is_not_sent_twice()
    {
        var first = (await fixture.Admin.GetAsync("/v1/schemas/quotas")).Ok();

        Assert.Equal("application/schema+json", first["Content-Type"]);
        Assert.Equal(HttpStatusCode.NotModified, (await fixture.Admin.GetAsync("/v1/schemas/quotas", $"If-None-Match: {first["ETag"]}")).Status);
        (await fixture.Admin.GetAsync("/v1/schemas/nonsense")).Is(HttpStatusCode.NotFound, "not_found");
    }
}
