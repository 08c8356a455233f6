namespace Strata.JsonSchema.Tests.Suite;

/// <summary>The official suite of draft 2020-12, the only arbiter of correctness. Both modes must agree with it.</summary>
public sealed class SuiteTests
{
    private const string SchemaUri = "https://suite.example/schema";

    /// <summary>Cases that are not passed, each with its reason. One that passes must leave the list.</summary>
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["optional/cross-draft.json / refs to historic drafts are processed as historic drafts / first item not a string is valid"] =
            "Needs draft 2019-09; this engine knows 2020-12 only and says so when it meets another metaschema.",
    };

    public static TheoryData<SuiteCase> Required => Cases("");

    public static TheoryData<SuiteCase> Optional => Cases("optional");

    public static TheoryData<SuiteCase> Formats => Cases(Path.Combine("optional", "format"));

    [Theory]
    [MemberData(nameof(Required))]
    public void The_required_tests_pass(SuiteCase test) => Run(test, new SchemaOptions());

    [Theory]
    [MemberData(nameof(Optional))]
    public void The_optional_tests_pass(SuiteCase test) => Run(test, new SchemaOptions());

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_format_tests_pass(SuiteCase test) => Run(test, new SchemaOptions { AssertFormat = true });

    private static TheoryData<SuiteCase> Cases(string folder)
    {
        var data = new TheoryData<SuiteCase>();
        if (SuiteFolder.Path is null)
            data.Add(new TheoryDataRow<SuiteCase>(new SuiteCase(folder, "", "", [], [], Valid: true)) { Skip = SuiteFolder.WhyMissing });
        else
            data.AddRange(SuiteCase.In(Path.Combine(SuiteFolder.Tests, folder)).ToArray());
        return data;
    }

    private static void Run(SuiteCase test, SchemaOptions options)
    {
        var problem = Judge(test, options);
        if (Exceptions.TryGetValue(test.ToString(), out var reason))
            Assert.True(problem is not null, $"This case passes now and must leave the list of exceptions: {reason}");
        else
            Assert.True(problem is null, problem);
    }

    /// <summary>Null when all is well.</summary>
    private static string? Judge(SuiteCase test, SchemaOptions options)
    {
        CompiledSchema schema;
        try
        {
            schema = Remotes.Registry().Add(test.Schema, SchemaUri).Compile(SchemaUri, options);
        }
        catch (SchemaException refused)
        {
            return $"The schema is refused: {refused.Message}";
        }

        var flag = schema.IsValid(test.Data);
        var errors = schema.Validate(test.Data);
        if (flag != errors.IsEmpty)
            return $"IsValid says {flag}, Validate finds {errors.Length} errors.";
        return flag == test.Valid ? null : $"Expected {(test.Valid ? "valid" : "not valid")}: {string.Join("; ", errors)}";
    }
}
