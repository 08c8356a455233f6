using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Strata.Server.Access;

namespace Strata.Server.Tests.Access;

public sealed class DevelopmentIssuerTests(StrataFixture fixture)
{
    [Fact]
    public void The_key_outlives_a_restart_with_the_same_data_folder()
    {
        var folder = Path.Combine(Path.GetTempPath(), Guid.CreateVersion7().ToString());
        var first = DevelopmentIssuer.Open(folder, TimeProvider.System).Keys().Keys.Single();

        var second = DevelopmentIssuer.Open(folder, TimeProvider.System).Keys().Keys.Single();

        Assert.Equal(first, second);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Outside_development_a_server_without_issuers_does_not_start()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });

        Assert.Throws<OptionsValidationException>(() => StrataServer.Build(builder));
    }

    [Theory]
    [InlineData("""{"role":"king"}""", "/role")]
    [InlineData("""{}""", "/role")]
    [InlineData("""{"role":"tenant-admin"}""", "/tenant")]
    [InlineData("""{"role":"platform-admin","tenant":"acme"}""", "/tenant")]
    [InlineData("""{"role":"auditor","platform":"NO"}""", "/platform")]
    [InlineData("""{"role":"auditor","ttl":"1y"}""", "/ttl")]
    [InlineData("""{"role":"auditor","ttl":"31d"}""", "/ttl")]
    [InlineData("""{"role":"auditor","ttl":"99999999d"}""", "/ttl")]
    [InlineData("""{"role":"auditor","extra":1}""", "/extra")]
    public async Task A_wrong_wish_is_refused_with_its_place(string body, string pointer)
    {
        var got = await fixture.Server.SendAsync("POST", "/dev/token", body);

        Assert.Equal(HttpStatusCode.BadRequest, got.Status);
        Assert.Contains(got.Json["error"]!["details"]!["violations"]!.AsArray(), violation => (string?)violation!["pointer"] == pointer);
    }
}
