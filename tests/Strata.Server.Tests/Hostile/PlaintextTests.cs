using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;
using Strata.Storage;

namespace Strata.Server.Tests.Hostile;

/// <summary>
/// A credential as a value and as a name, at every place that the schemas know, of every layer: refused, and neither an answer, nor what is kept of it,
/// nor the log ever repeats it.
/// </summary>
public sealed class PlaintextTests(StrataFixture fixture) : IAsyncLifetime
{
    // As mild as a credential can be: a valid id, host, model and variant.
    private const string Credential = "sk-proj-abcdefghijklmnop1234";
    private const string Password = "correct-horse-battery";

    private static readonly SectionCatalog Sections = SectionCatalog.Load();

    private static readonly JsonObject Segment = (JsonObject)Json.Trusted("""{"displayName":"Pro","priority":1,"match":{"tier":["pro"]},"config":{"quotas":{"users":5}}}""");

    // What rules and policies have something to say of.
    private static readonly JsonObject Platform = (JsonObject)Json.Trusted("""
        {
          "llm": {
            "allowedProviders": ["mine"],
            "providers": {"mine": {"displayName": "Mine", "kind": "openai", "host": "api.example.com", "regions": ["eu"], "models": {"m": {"upstreamName": "m", "mode": "chat"}}}}
          },
          "features": {"review": {"type": "string", "enabled": true, "variant": "mild", "variants": {"mild": "a", "deep": "b"}}},
          "egress": {"allowedHosts": ["*.example.com"]},
          "residency": {"dataRegions": ["eu"], "processingRegions": ["eu"]}
        }
        """);

    private readonly Seen _log = new();
    private TestServer _server = null!;
    private TestClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(await fixture.SettingsAsync(), app => app.Services.GetRequiredService<ILoggerFactory>().AddProvider(_log));
        _admin = new TestClient(_server, await _server.TokenAsync("platform-admin"));
        (await _admin.PatchAsync("/v1/policies/allowed-hosts", """{"hosts":{"api.example.com":{"owner":"me","reason":"why not"}}}""")).Ok();
        (await _admin.SendAsync("POST", "/v1/platforms", """{"id":"brand","displayName":"Brand"}""")).Is(HttpStatusCode.Created);
        (await _admin.SendAsync("PATCH", "/v1/platforms/brand/config", Platform.ToString(), "If-Match: *")).Ok();
        (await _admin.SendAsync("PUT", "/v1/platforms/brand/segments/pro", Segment.ToString(), "If-None-Match: *")).Is(HttpStatusCode.Created);
        (await _admin.SendAsync("POST", "/v1/tenants", """{"id":"acme","platform":"brand","displayName":"Acme","tier":"pro","region":"eu"}""")).Is(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData(LayerKind.Tenant, "PATCH", "/v1/tenants/acme/overrides")]
    [InlineData(LayerKind.Platform, "PATCH", "/v1/platforms/brand/config")]
    [InlineData(LayerKind.Segment, "PUT", "/v1/platforms/brand/segments/pro")]
    [InlineData(LayerKind.Allowlist, "PATCH", "/v1/policies/allowed-hosts")]
    [InlineData(LayerKind.Attributes, "PATCH", "/v1/tenants/acme")]
    public async Task A_credential_anywhere_is_refused_and_repeated_nowhere(LayerKind kind, string method, string path)
    {
        var present = kind == LayerKind.Segment ? Segment : JsonObject.Empty;
        var bodies = Places(Sections.ShapeOf(kind), JsonPointer.Root).SelectMany(place => Documents(present, place)).Select(body => body.ToString()).Distinct().ToList();
        var faults = new ConcurrentBag<string>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken };

        await Parallel.ForEachAsync(bodies.Index(), options, async (body, _) =>
        {
            var real = await _admin.SendAsync(method, path, body.Item, "If-Match: *", $"Idempotency-Key: {kind}-{body.Index}");
            var dry = await _admin.SendAsync(method, $"{path}?dryRun=true", body.Item, "If-Match: *");
            if (real.Status != HttpStatusCode.UnprocessableEntity || Repeats(real.Text) || dry.Status != HttpStatusCode.OK || dry.Violations().Count == 0 || Repeats(dry.Text))
                faults.Add($"{body.Item}\n    {(int)real.Status} {real.Text}\n    {(int)dry.Status} {dry.Text}");
        });

        Assert.True(faults.IsEmpty, $"{faults.Count} of {bodies.Count}:\n{string.Join('\n', faults.Take(5))}");
        Assert.DoesNotContain(await KeptAsync(), Repeats);
        Assert.DoesNotContain(_log.Lines, Repeats);
    }

    [Theory]
    [InlineData("""[{"op":"replace","path":"/llm/aliases/@/x","value":1}]""")]
    [InlineData("""[{"op":"test","path":"/branding","value":"@"},{"op":"remove","path":"/@"}]""")]
    public async Task A_patch_that_does_not_apply_repeats_no_credential(string patch)
    {
        var got = await _admin.SendAsync(
            "PATCH", "/v1/tenants/acme/overrides", patch.Replace("@", Credential, StringComparison.Ordinal), "If-Match: *", "Content-Type: application/json-patch+json", "Idempotency-Key: patch");

        Assert.True((int)got.Status is >= 400 and < 500 && !Repeats(got.Text), got.Text);
        Assert.DoesNotContain(await KeptAsync(), Repeats);
    }

    [Theory]
    [InlineData("""{"kind":"tenant","id":"acme","platform":"brand","document":{"displayName":"@"}}""")]
    [InlineData("""{"kind":"tenant","id":"fresh","platform":"brand","document":{"displayName":"@","labels":{"a":"@"}}}""")]
    [InlineData("""{"kind":"allowlist","document":{"hosts":{"@":{"owner":"me","reason":"why not"}}}},{"kind":"platform","id":"brand","document":{"llm":{"providers":{"mine":{"host":"api.example.com"}}}}}""")]
    [InlineData("""{"kind":"platform","id":"brand","document":{"llm":{"allowedProviders":["@"]}}},{"kind":"tenant","id":"acme","platform":"brand","document":{"llm":{"allowedProviders":["mine"]}}}""")]
    [InlineData("""{"kind":"segment","id":"pro","platform":"brand","document":{"match":{"all":true},"config":{"llm":{"allowedProviders":["@"]}}}},{"kind":"tenant","id":"acme","platform":"brand","document":{"llm":{"allowedProviders":["mine"]}}}""")]
    public async Task An_apply_refuses_a_credential_and_repeats_it_nowhere(string items)
    {
        var body = $$"""{"items":[{{items.Replace("@", Credential, StringComparison.Ordinal)}}]}""";

        var dry = (await _admin.SendAsync("POST", "/v1/apply?dryRun=true", body)).Ok();
        var real = (await _admin.SendAsync("POST", "/v1/apply", body, "Idempotency-Key: apply")).Is(HttpStatusCode.UnprocessableEntity, "plaintext_secret");

        Assert.Contains(dry.Json["items"]!.AsArray(), item => item!["write"]!["violations"]!.AsArray().Any(violation => (string?)violation!["rule"] == "plaintext"));
        Assert.DoesNotContain([dry.Text, real.Text, .. await KeptAsync()], Repeats);
    }

    [Theory]
    [InlineData("/v1/platforms", """{"id":"other","displayName":"@"}""")]
    [InlineData("/v1/tenants", """{"id":"other","platform":"brand","displayName":"@"}""")]
    [InlineData("/v1/apply", """{"items":[{"kind":"platform","id":"other","document":{"displayName":"@"}}]}""")]
    public async Task A_name_that_looks_like_a_credential_is_refused(string path, string body)
    {
        var refused = (await _admin.SendAsync("POST", path, body.Replace("@", Credential, StringComparison.Ordinal), "Idempotency-Key: name")).Is(HttpStatusCode.UnprocessableEntity, "plaintext_secret");

        Assert.EndsWith("/displayName", (string?)refused.Violations()[0]!["pointer"], StringComparison.Ordinal);
        Assert.DoesNotContain([refused.Text, .. await KeptAsync()], Repeats);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static bool Repeats(string text) => text.Contains(Credential, StringComparison.OrdinalIgnoreCase) || text.Contains(Password, StringComparison.OrdinalIgnoreCase);

    /// <summary>Everywhere below a place: members and entries, with the entries that the platform has.</summary>
    private static IEnumerable<JsonPointer> Places(Shape shape, JsonPointer at) => shape switch
    {
        ObjectShape members => members.Members.SelectMany(member => Places(member.Value, at.Append(member.Key))).Prepend(at),
        MapShape map => Places(map.Entry, at.Append(Platform.At(JsonPointer.Of([.. at.Segments.SkipWhile(segment => segment == "config")])) is JsonObject { Count: > 0 } entries ? entries.Names.First() : "x1")).Prepend(at),
        _ => [at],
    };

    private static IEnumerable<JsonObject> Documents(JsonObject present, JsonPointer place)
    {
        var value = Json.Of(Credential);
        var below = new[] { JsonObject.Of((Credential, Json.Of("x"))), JsonObject.Of((Credential, JsonObject.Of(("enabled", Json.True)))), JsonObject.Of(("password", Json.Of(Password))) };
        if (place.IsRoot)
            return below.Take(2).Select(members => JsonObject.Of(present.Members.ToArray().Concat(members.Members.ToArray())));
        return new[] { value, new JsonArray([value]) }.Concat(below).Select(json => Sparse.With(present, place.Segments.AsSpan(), json));
    }

    private async Task<List<string>> KeptAsync()
    {
        await using var kept = _server.Services.GetRequiredService<SharedDatabase>().Source.CreateCommand(
            "select convert_from(body, 'UTF8') || headers from idempotency where body is not null union all select audit_event::text from audit_event");
        await using var reader = await kept.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var texts = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            texts.Add(reader.GetString(0));
        Assert.NotEmpty(texts);
        return texts;
    }

    private sealed class Seen : ILoggerProvider, ILogger
    {
        public ConcurrentBag<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
