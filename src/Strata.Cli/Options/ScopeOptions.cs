using System.CommandLine;

namespace Strata.Cli.Options;

/// <summary>Whose configuration a command is about.</summary>
/// <param name="Kind">`platforms` or `tenants`, as in the paths of the API.</param>
/// <param name="Id">The id.</param>
internal sealed record Scope(string Kind, string Id)
{
    /// <summary>Whether it is a tenant.</summary>
    public bool IsTenant => Kind == "tenants";

    /// <summary>`/v1/tenants/acme` or `/v1/platforms/dcoder`.</summary>
    public string Path => $"/v1/{Kind}/{Uri.EscapeDataString(Id)}";

    /// <summary>Where the sparse document of this layer is read.</summary>
    public string OwnDocument => IsTenant ? $"{Path}/overrides" : $"{Path}/config?layer=own";

    /// <summary>`tenant acme` or `platform dcoder`.</summary>
    public override string ToString() => $"{Kind[..^1]} {Id}";

    /// <summary>Where the sparse document of this layer is patched.</summary>
    public string Writable => IsTenant ? $"{Path}/overrides" : $"{Path}/config";
}

/// <summary>`--platform P` or `--tenant T`: exactly one of them.</summary>
internal sealed class ScopeOptions
{
    private readonly Option<string> _platform = new("--platform", "-p") { Description = "A platform's layer.", HelpName = "platform" };
    private readonly Option<string> _tenant = new("--tenant", "-t") { Description = "A tenant's configuration.", HelpName = "tenant" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_platform);
        command.Add(_tenant);
        command.Validators.Add(result =>
        {
            if (string.IsNullOrEmpty(result.GetValue(_platform)) == string.IsNullOrEmpty(result.GetValue(_tenant)))
                result.AddError("Give either --platform or --tenant.");
        });
    }

    /// <summary>What was given.</summary>
    public Scope Read(ParseResult parsed) =>
        parsed.GetValue(_tenant) is { Length: > 0 } tenant ? new Scope("tenants", tenant) : new Scope("platforms", parsed.GetRequiredValue(_platform));
}
