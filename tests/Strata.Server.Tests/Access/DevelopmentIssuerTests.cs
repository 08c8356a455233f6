using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Strata.Server.Tests.Access;

public sealed class DevelopmentIssuerTests
{
    [Fact]
    public async Task A_token_outlives_a_restart_with_the_same_data_folder()
    {
        var folder = Path.Combine(Path.GetTempPath(), Guid.CreateVersion7().ToString());
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DataFolder"] = folder };
        string keys;
        await using (var first = await TestServer.StartAsync(settings))
            keys = (await first.SendAsync("GET", "/dev/jwks")).Text;

        await using var second = await TestServer.StartAsync(settings);

        Assert.Equal(keys, (await second.SendAsync("GET", "/dev/jwks")).Text);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Outside_development_a_server_without_issuers_does_not_start()
    {
        var builder = Microsoft.AspNetCore.Builder.WebApplication.CreateBuilder(new Microsoft.AspNetCore.Builder.WebApplicationOptions { EnvironmentName = Environments.Production });

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
    [InlineData("""{"role":"auditor","extra":1}""", "/extra")]
    public async Task A_wrong_wish_is_refused_with_its_place(string body, string pointer)
    {
        await using var server = await TestServer.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal));

        var got = await server.SendAsync("POST", "/dev/token", body);

        Assert.Equal(HttpStatusCode.BadRequest, got.Status);
        Assert.Contains(got.Json["error"]!["details"]!["violations"]!.AsArray(), violation => (string?)violation!["pointer"] == pointer);
    }
}
