using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Strata.Embedded.Kong;

namespace Strata.Embedded.Tests.Kong;

/// <summary>The tables in <c>Cases/</c>: documents, and what Kong 3.9 says about them.</summary>
public sealed class StrictnessTests(StrictnessTests.Node node) : IClassFixture<StrictnessTests.Node>
{
    private static readonly Dictionary<string, JsonObject> Cases = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Kong", "Cases"))
        .Select(file => (Name: Path.GetFileNameWithoutExtension(file), Cases: (JsonArray)KongText.Yaml(File.ReadAllText(file))!))
        .SelectMany(file => file.Cases.Select(entry => (File: file.Name, Case: entry!.AsObject())))
        .ToDictionary(entry => $"{entry.File}: {entry.Case["says"]}", entry => entry.Case);

    public static TheoryData<string> Names => [.. Cases.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Kong_says(string name)
    {
        var (expected, document) = (Cases[name], new JsonObject { ["_format_version"] = "3.0" });
        foreach (var (member, value) in expected["document"]!.AsObject())
            document[member] = value?.DeepClone();

        using var answer = await node.Client.PostAsJsonAsync("/config", new { config = document.ToJsonString() }, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);

        Assert.Equal(
            (expected["crashes"] is not null ? 500 : expected["fields"] is not null ? 400 : 201, Text(expected["fields"])),
            ((int)answer.StatusCode, Text(body!["fields"])));
    }

    // Kong's members have no order.
    private static string Text(JsonNode? node) => node switch
    {
        null => "null",
        JsonArray list => $"[{string.Join(", ", list.Select(Text))}]",
        JsonObject members => $"{{{string.Join(", ", members.Select(member => $"{member.Key}: {Text(member.Value)}").Order(StringComparer.Ordinal))}}}",
        _ => node.ToString(),
    };

    public sealed class Node : IAsyncLifetime
    {
        private SimulatedKong? _kong;

        public HttpClient Client { get; } = new();

        public async ValueTask InitializeAsync()
        {
            _kong = await SimulatedKong.StartAsync(new SimulatedKongOptions(), TestContext.Current.CancellationToken);
            Client.BaseAddress = _kong.Address;
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await _kong!.DisposeAsync();
        }
    }
}
