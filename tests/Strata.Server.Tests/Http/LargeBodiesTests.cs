using Strata.Server.Http;

namespace Strata.Server.Tests.Http;

public sealed class LargeBodiesTests(StrataFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_so_many_large_ones_are_worked_on_at_once()
    {
        using var bodies = new LargeBodies();
        var inside = new List<IDisposable>();
        for (var count = 0; count < LargeBodies.AtOnce; count++)
            inside.Add((await bodies.EnterAsync(LargeBodies.Large + 1, Token))!);

        var next = bodies.EnterAsync(LargeBodies.Large + 1, Token).AsTask();

        Assert.False(next.IsCompleted);
        inside[0].Dispose();
        (await next.WaitAsync(TimeSpan.FromMinutes(1), Token))!.Dispose();
    }

    [Fact]
    public async Task Small_ones_wait_for_no_large_one()
    {
        using var bodies = new LargeBodies();
        for (var count = 0; count < LargeBodies.AtOnce; count++)
            await bodies.EnterAsync(LargeBodies.Large + 1, Token);

        Assert.Null(await bodies.EnterAsync(LargeBodies.Large, Token));
    }

    [Fact]
    public async Task A_turn_ends_with_its_request()
    {
        var body = $"[\"{new string('x', LargeBodies.Large)}\"]";

        for (var count = 0; count <= LargeBodies.AtOnce; count++)
            (await fixture.Server.SendAsync("POST", "/probe/json", body).WaitAsync(TimeSpan.FromMinutes(1), Token)).Ok();
    }
}
