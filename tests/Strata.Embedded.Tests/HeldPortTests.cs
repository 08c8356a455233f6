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

    private static async Task ConnectAsync(HeldPort port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port.Number, TestContext.Current.CancellationToken);
    }
}
