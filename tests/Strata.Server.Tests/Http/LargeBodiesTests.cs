using System.Net;
using Microsoft.AspNetCore.Http;
using Strata.Server.Http;
using Strata.Testing;

namespace Strata.Server.Tests.Http;

public sealed class LargeBodiesTests(StrataFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_so_many_large_ones_are_worked_on_at_once()
    {
        using var bodies = new LargeBodies();
        var first = new DefaultHttpContext();
        await bodies.EnterAsync(first, LargeBodies.Large + 1, Token);
        for (var count = 1; count < LargeBodies.AtOnce; count++)
            await bodies.EnterAsync(new DefaultHttpContext(), LargeBodies.Large + 1, Token);

        var next = bodies.EnterAsync(new DefaultHttpContext(), LargeBodies.Large + 1, Token).AsTask();

        Assert.False(next.IsCompleted);
        await LargeBodies.EndWithResultAsync(new DefaultEndpointFilterInvocationContext(first), static _ => new("a result"));
        await next.InTimeAsync(Token);
    }

    [Fact]
    public async Task Small_ones_wait_for_no_large_one()
    {
        using var bodies = new LargeBodies();
        for (var count = 0; count < LargeBodies.AtOnce; count++)
            await bodies.EnterAsync(new DefaultHttpContext(), LargeBodies.Large + 1, Token);

        Assert.True(bodies.EnterAsync(new DefaultHttpContext(), LargeBodies.Large, Token).AsTask().IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("/probe/json")]
    [InlineData("/v1/apply?dryRun=true")]
    public async Task A_turn_ends_with_its_request(string path)
    {
        await using var server = await TestServer.StartAsync(await fixture.SettingsAsync(), Probes.Map);
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        var body = $$$"""{"items":[{"kind":"platform","id":"brand","document":{"notes":"{{{new string('x', LargeBodies.Large)}}}"}}]}""";

        for (var count = 0; count <= LargeBodies.AtOnce; count++)
            (await admin.SendAsync("POST", path, body).InTimeAsync(Token)).Is(HttpStatusCode.OK);
    }
}
