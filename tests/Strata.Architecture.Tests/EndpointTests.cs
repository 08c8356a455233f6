using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Strata.Server;
using Strata.Server.Access;

namespace Strata.Architecture.Tests;

public sealed class EndpointTests
{
    [Fact]
    public async Task Every_endpoint_declares_its_permission()
    {
        var endpoints = await EndpointsAsync();

        Assert.NotEmpty(endpoints);
        Assert.Empty(endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<Permission>() is null).Select(endpoint => endpoint.DisplayName));
    }

    [Fact]
    public async Task Nothing_of_the_contract_is_public()
    {
        var open = (await EndpointsAsync()).Where(endpoint => endpoint.Metadata.GetMetadata<Permission>()?.Reach == Reach.Public);

        Assert.Empty(open.Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/v1/", StringComparison.Ordinal)).Select(endpoint => endpoint.RoutePattern.RawText));
    }

    [Fact]
    public async Task A_permission_of_a_place_stands_on_a_path_that_names_it()
    {
        var wrong = (await EndpointsAsync()).Where(endpoint => endpoint.Metadata.GetMetadata<Permission>()?.Reach switch
        {
            Reach.Platform => endpoint.RoutePattern.GetParameter("platform") is null,
            Reach.Tenant => endpoint.RoutePattern.GetParameter("tenant") is null,
            _ => endpoint.RoutePattern.GetParameter("tenant") is not null,
        });

        Assert.Empty(wrong.Select(endpoint => endpoint.DisplayName));
    }

    private static async Task<IReadOnlyList<RouteEndpoint>> EndpointsAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        await using var app = StrataServer.Build(builder);
        return [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];
    }
}
