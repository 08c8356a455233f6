using System.CommandLine;

namespace Strata.Cli.Options;

/// <summary>Which layer's history a command is about: `--platform P [--segment S]`, `--tenant T [--attributes]` or `--allowlist`.</summary>
internal sealed class LayerOptions
{
    private readonly Option<string> _platform = new("--platform", "-p") { Description = "A platform's layer.", HelpName = "platform" };
    private readonly Option<string> _segment = new("--segment", "-s") { Description = "With --platform: one of its segments.", HelpName = "segment" };
    private readonly Option<string> _tenant = new("--tenant", "-t") { Description = "A tenant's overrides.", HelpName = "tenant" };
    private readonly Option<bool> _attributes = new("--attributes") { Description = "With --tenant: its name, tier, region and labels instead." };
    private readonly Option<bool> _allowlist = new("--allowlist") { Description = "The installation's provider hosts." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _platform, _segment, _tenant, _attributes, _allowlist })
            command.Add(option);
        command.Validators.Add(result =>
        {
            var (platform, tenant, allowlist) = (result.GetValue(_platform) is not null, result.GetValue(_tenant) is not null, result.GetValue(_allowlist));
            if ((platform ? 1 : 0) + (tenant ? 1 : 0) + (allowlist ? 1 : 0) != 1)
                result.AddError("Give one of --platform, --tenant and --allowlist.");
            if (result.GetValue(_segment) is not null && !platform)
                result.AddError("--segment goes with --platform.");
            if (result.GetValue(_attributes) && !tenant)
                result.AddError("--attributes goes with --tenant.");
        });
    }

    /// <summary>The path of the layer's revisions.</summary>
    public string Revisions(ParseResult parsed)
    {
        if (parsed.GetValue(_allowlist))
            return "/v1/policies/allowed-hosts/revisions";
        if (parsed.GetValue(_tenant) is { } tenant)
            return $"/v1/tenants/{Uri.EscapeDataString(tenant)}{(parsed.GetValue(_attributes) ? "/attributes" : "")}/revisions";
        var segment = parsed.GetValue(_segment) is { } name ? $"/segments/{Uri.EscapeDataString(name)}" : "";
        return $"/v1/platforms/{Uri.EscapeDataString(parsed.GetRequiredValue(_platform))}{segment}/revisions";
    }
}
