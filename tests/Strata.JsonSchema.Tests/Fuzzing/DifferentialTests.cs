using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Strata.JsonSchema.Tests.Fuzzing;

/// <summary>
/// Generated cases, judged by Ajv and Hyperjump as well. Opt-in: JSON_SCHEMA_ORACLES names a folder where
/// <c>npm install ajv@8 @hyperjump/json-schema</c> was run; STRATA_FUZZ_CASES sets how many schemas are tried.
/// </summary>
public sealed class DifferentialTests
{
    private const int InstancesEach = 6;

    [Fact]
    public async Task Hyperjump_and_Ajv_come_to_the_same_verdicts()
    {
        var oracles = Environment.GetEnvironmentVariable("JSON_SCHEMA_ORACLES");
        Assert.SkipWhen(string.IsNullOrEmpty(oracles), "Opt-in: set JSON_SCHEMA_ORACLES to a folder where `npm install ajv@8 @hyperjump/json-schema` was run.");
        var count = int.Parse(Environment.GetEnvironmentVariable("STRATA_FUZZ_CASES") ?? "2000", System.Globalization.CultureInfo.InvariantCulture);
        var cases = Enumerable.Range(0, count).Select(Case.Generate).Where(test => test.Ours.Length > 0).ToList();

        var disputed = new List<string>();
        var judged = 0;
        foreach (var (test, answer) in cases.Zip(await Ask(oracles!, cases)))
        {
            for (var i = 0; i < InstancesEach; i++)
            {
                var (ajv, hyperjump) = (Verdict(answer, "ajv", i), Verdict(answer, "hyperjump", i));
                judged += hyperjump is null ? 0 : 1;
                // Ajv only approximates $dynamicRef and unevaluatedItems; where Hyperjump is of our mind, Ajv stands alone.
                if ((hyperjump ?? ajv ?? test.Ours[i]) != test.Ours[i])
                    disputed.Add($"case {test.Seed}: {test.Schema} of {test.Instances[i]}: ours {test.Ours[i]}, Ajv {ajv}, Hyperjump {hyperjump}");
            }
        }

        Assert.True(disputed.Count == 0, $"{disputed.Count} of {judged}: {string.Join('\n', disputed.Take(10))}");
        Assert.InRange(judged, count, int.MaxValue);
    }

    private static bool? Verdict(JsonElement answer, string engine, int index) =>
        answer.GetProperty(engine)[index] is { ValueKind: not JsonValueKind.Null } verdict ? verdict.GetBoolean() : null;

    private static async Task<List<JsonElement>> Ask(string oracles, List<Case> cases)
    {
        var script = Path.Combine(Path.GetDirectoryName(ThisFile())!, "oracles.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script, oracles]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var answers = Read(node.StandardOutput);
        foreach (var test in cases)
            await node.StandardInput.WriteLineAsync($$"""{"schema": {{test.Schema}}, "instances": [{{string.Join(", ", test.Instances)}}]}""");
        node.StandardInput.Close();
        return await answers;
    }

    private static async Task<List<JsonElement>> Read(StreamReader output)
    {
        var answers = new List<JsonElement>();
        while (await output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            answers.Add(JsonElement.Parse(line));
        return answers;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    /// <param name="Seed">Repeats the case.</param>
    /// <param name="Schema">Its text.</param>
    /// <param name="Instances">Their texts.</param>
    /// <param name="Ours">Our verdicts; empty when the schema refers to itself without end.</param>
    private sealed record Case(int Seed, string Schema, string[] Instances, bool[] Ours)
    {
        public static Case Generate(int seed)
        {
            var generator = new Generator(seed, portable: true);
            var schema = generator.Schema();
            string[] instances = [.. Enumerable.Range(0, InstancesEach).Select(_ => generator.Instance())];
            try
            {
                var compiled = Schemas.Compile(schema);
                // What our engine gives up on, because it never ends, the others do not survive.
                var isEndless = instances.Any(instance => compiled.Validate(instance.Utf8()).Any(error => error.Message.EndsWith("without end", StringComparison.Ordinal)));
                return new Case(seed, schema, instances, isEndless ? [] : [.. instances.Select(instance => compiled.IsValid(instance.Utf8()))]);
            }
            catch (SchemaException)
            {
                return new Case(seed, schema, instances, []);
            }
        }
    }
}
