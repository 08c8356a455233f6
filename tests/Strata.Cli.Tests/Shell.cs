using System.Collections.Immutable;
using System.Globalization;

namespace Strata.Cli.Tests;

/// <summary>Runs command lines in this process, as a shell would.</summary>
internal sealed class Shell
{
    private ImmutableDictionary<string, string> _variables = ImmutableDictionary<string, string>.Empty;

    public string Out { get; private set; } = "";

    public string Error { get; private set; } = "";

    public Shell With(string name, string value)
    {
        _variables = _variables.SetItem(name, value);
        return this;
    }

    public async Task<int> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        var exitCode = await StrataCommand.RunAsync(arguments, new Terminal(output, error, _variables), TestContext.Current.CancellationToken);
        (Out, Error) = (output.ToString(), error.ToString());
        return exitCode;
    }
}
