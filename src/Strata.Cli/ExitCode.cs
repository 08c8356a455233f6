namespace Strata.Cli;

/// <summary>What the command answers to the shell. Stable for ever.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Failed for a reason that has no number of its own: no connection, a crash, a failed test.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>What was asked for does not exist (404).</summary>
    public const int NotFound = 3;

    /// <summary>The token is missing, wrong, or allows less (401, 403).</summary>
    public const int NotAllowed = 4;

    /// <summary>Somebody else was faster, or the state does not allow it (409, 412).</summary>
    public const int Conflict = 5;

    /// <summary>The content breaks the schema, a rule or a policy (422), or a file cannot be read as what it should be.</summary>
    public const int Invalid = 6;

    /// <summary>What was waited for did not come in time.</summary>
    public const int Timeout = 7;
}
