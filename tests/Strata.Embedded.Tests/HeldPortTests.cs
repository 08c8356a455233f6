using System.Net;
using System.Net.Sockets;

namespace Strata.Embedded.Tests;

public sealed class HeldPortTests
{
    [Fact]
    public async Task Who_names_a_held_port_may_listen_there_and_come_back()
    {
        using var held = new HeldPort();

        for (var time = 0; time < 2; time++)
        {
            await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(held));
            using var listener = new TcpListener(IPAddress.Loopback, held.Number);
            listener.Start();
            await ConnectAsync(held);
        }
    }

    [Fact]
    public void A_held_port_is_given_to_nobody_by_chance()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere it was free a moment ago, and no more.");
        using var held = new HeldPort();

        // Linux draws such ports from a quarter of some 28,000: were it free, one of so many would be given it.
        for (var time = 0; time < 50_000; time++)
        {
            using var other = new HeldPort();
            Assert.NotEqual(held.Number, other.Number);
        }
    }

    private static async Task ConnectAsync(HeldPort port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port.Number, TestContext.Current.CancellationToken);
    }
}
