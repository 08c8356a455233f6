using System.Diagnostics;

namespace Strata.JsonSchema.Tests.Suite;

/// <summary>Where the official test suite lies: named by JSON_SCHEMA_TEST_SUITE, else fetched once into the build's artifacts.</summary>
internal static class SuiteFolder
{
    private const string Repository = "https://github.com/json-schema-org/JSON-Schema-Test-Suite";
    private const string Commit = "44401e0c";

    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>Null when it is neither named nor could be fetched.</summary>
    public static string? Path => Found.Value;

    public static string Tests => System.IO.Path.Combine(Path!, "tests", "draft2020-12");

    public static string Remotes => System.IO.Path.Combine(Path!, "remotes");

    public static string WhyMissing => $"The official JSON Schema test suite is missing: set JSON_SCHEMA_TEST_SUITE to a checkout of {Repository}, or run where that can be fetched.";

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("JSON_SCHEMA_TEST_SUITE");
        if (!string.IsNullOrEmpty(named))
            return Directory.Exists(System.IO.Path.Combine(named, "tests", "draft2020-12")) ? named : throw new DirectoryNotFoundException($"JSON_SCHEMA_TEST_SUITE names {named}, which holds no test suite.");
        var cache = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "strata", "json-schema-test-suite");
        if (Directory.Exists(System.IO.Path.Combine(cache, "tests")))
            return cache;
        var fetched = cache + "." + Environment.ProcessId;
        if (!Git("clone", "--quiet", "--filter=blob:none", "--no-checkout", Repository, fetched) || !Git("-C", fetched, "checkout", "--quiet", Commit, "--", "tests/draft2020-12", "remotes"))
            return null;
        Directory.Move(fetched, cache);
        return cache;
    }

    private static bool Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        try
        {
            using var process = Process.Start(start)!;
            if (process.WaitForExit(TimeSpan.FromSeconds(60)))
                return process.ExitCode == 0;
            process.Kill(entireProcessTree: true);
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
