namespace Strata.Cli.Output;

/// <summary>How far long work is, on standard error: one line that is written over where somebody watches, a line each time elsewhere.</summary>
internal sealed class Progress(Terminal terminal)
{
    private int _width;

    /// <summary>Says how far it is.</summary>
    public async Task TellAsync(string how)
    {
        if (!terminal.IsInteractive)
        {
            await terminal.Error.WriteLineAsync(how);
            return;
        }

        await terminal.Error.WriteAsync($"\r{how.PadRight(_width)}");
        await terminal.Error.FlushAsync();
        _width = how.Length;
    }

    /// <summary>Leaves the line as it is, for whatever is said next.</summary>
    public async Task EndAsync()
    {
        if (_width > 0)
            await terminal.Error.WriteLineAsync();
        _width = 0;
    }
}
