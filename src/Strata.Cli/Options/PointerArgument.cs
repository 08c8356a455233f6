using System.CommandLine;

namespace Strata.Cli.Options;

/// <summary>A JSON Pointer (RFC 6901) on the command line.</summary>
internal static class PointerArgument
{
    /// <summary>A pointer that must be given.</summary>
    public static Argument<string> Required(string description) => Checked(new Argument<string>("pointer") { Description = description });

    /// <summary>A pointer that may be left out: then the whole document.</summary>
    public static Argument<string> Optional(string description) =>
        Checked(new Argument<string>("pointer") { Description = description, Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "" });

    private static Argument<string> Checked(Argument<string> argument)
    {
        argument.Validators.Add(result =>
        {
            if (!JsonPointer.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError($"'{result.GetValueOrDefault<string>()}' is not a JSON Pointer; one looks like /quotas/requestsPerMinute.");
        });
        return argument;
    }
}
