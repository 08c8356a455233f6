using System.CommandLine;

namespace Strata.Cli.Commands;

/// <summary>A command whose help ends with examples.</summary>
/// <param name="name">The verb.</param>
/// <param name="description">One or two sentences.</param>
/// <param name="examples">Lines that can be copied to a shell.</param>
internal sealed class ExampleCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Lines that can be copied to a shell.</summary>
    public IReadOnlyList<string> Examples => examples;
}
