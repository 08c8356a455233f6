using System.Collections.Immutable;
using System.IO.Pipes;

namespace Strata.Cli.Tests;

public sealed class TerminalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_question_that_nobody_answers_ends_at_once_when_it_is_stopped(bool isHidden)
    {
        await using var nobody = new AnonymousPipeServerStream(PipeDirection.In);
        using var keyboard = new StreamReader(nobody);
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null, ImmutableDictionary<string, string>.Empty)
        {
            In = keyboard,
            ReadHidden = keyboard.ReadLine,
        };

        Task asking = isHidden ? terminal.ReadHiddenAsync(interrupt.Token) : terminal.AgreesAsync("Really?", interrupt.Token);
        await interrupt.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        // The end of the input lets the read go that was left behind.
        nobody.DisposeLocalCopyOfClientHandle();
    }
}
