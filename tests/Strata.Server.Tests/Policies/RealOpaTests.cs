namespace Strata.Server.Tests.Policies;

/// <summary>With the real <c>opa</c>, where there is one on the PATH: it polls, verifies, decides, reports and logs.</summary>
public sealed class RealOpaTests(StrataFixture fixture)
{
    private const string Missing = "there is no opa on the PATH";

    public static bool HasOpa => OpaRun.IsThere;

    [Fact(SkipUnless = nameof(HasOpa), Skip = Missing)]
    public async Task Its_decision_follows_a_tenant_s_override_and_its_revision_is_shown()
    {
        await using var world = await OpaWorld.StartAsync(fixture);
        await using var opa = await OpaRun.StartAsync(world.Server, "shop");
        await OpaWorld.UntilAsync(async () => await opa.AllowsAsync("acme", "mine", "m.example") == true, () => opa.Output);
        var before = await world.SyncedAsync();

        (await world.SwitchOffAsync()).Ok();
        var after = await world.SyncedAsync();

        Assert.Equal(false, await opa.AllowsAsync("acme", "mine", "m.example"));
        Assert.NotEqual((string?)before["appliedRevision"], (string?)after["appliedRevision"]);
        Assert.Equal(await world.EffectiveRevisionAsync(), (string?)after["appliedRevision"]);
    }

    [Fact(SkipUnless = nameof(HasOpa), Skip = Missing)]
    public async Task Held_polls_and_uploads_go_on_without_an_error()
    {
        await using var world = await OpaWorld.StartAsync(fixture);
        await using var opa = await OpaRun.StartAsync(world.Server, "shop");

        await OpaWorld.UntilAsync(() => Task.FromResult(opa.Output.Split("Bundle loaded and activated successfully").Length > 1), () => opa.Output);
        await opa.AllowsAsync("acme", "mine", "m.example");
        await OpaWorld.UntilAsync(() => Task.FromResult(opa.Output.Contains("Logs uploaded successfully", StringComparison.Ordinal)), () => opa.Output);
        await OpaWorld.UntilAsync(() => Task.FromResult(opa.Output.Split("Bundle load skipped, server replied with not modified").Length > 3), () => opa.Output);

        Assert.DoesNotContain("\"level\":\"error\"", opa.Output, StringComparison.Ordinal);
    }

    [Fact(SkipUnless = nameof(HasOpa), Skip = Missing)]
    public async Task With_another_key_it_takes_nothing_and_says_so()
    {
        await using var world = await OpaWorld.StartAsync(fixture);
        using var other = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var genuine = (string)(await world.Server.SendAsync("GET", "/opa/keys")).Json["keys"]![0]!["pem"]!;
        await using var opa = await OpaRun.StartAsync(
            world.Server, "shop", text => text.Replace(Indented(genuine), Indented(other.ExportSubjectPublicKeyInfoPem()), StringComparison.Ordinal));

        var sync = await world.SyncAsync(sync => (string?)sync["health"] == "Degraded");

        Assert.Contains("verify", (string?)sync["message"], StringComparison.Ordinal);
        Assert.NotEqual(true, await opa.AllowsAsync("acme", "mine", "m.example"));
    }

    private static string Indented(string pem) => pem.ReplaceLineEndings("\n      ");
}
