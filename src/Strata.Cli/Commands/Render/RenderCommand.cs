using System.CommandLine;
using Strata.Cli.Files;
using Strata.Cli.Http;
using Strata.Delivery.Rendering;

namespace Strata.Cli.Commands;

/// <summary>`strata render`.</summary>
internal static class RenderCommand
{
    private static readonly string[] Artifacts = ["kong", "litellm", "virtual-keys", "policies", "all"];

    public static Command Create(Terminal terminal)
    {
        var artifact = new Argument<string>("artifact")
        {
            Description = "What to render. Below a folder litellm is both of its files; on standard output, which takes one, it is config.yaml.",
            HelpName = string.Join('|', Artifacts),
        }.AcceptOnlyFromAmong(Artifacts);
        var from = new Option<string>("--from")
        {
            Description = "A folder of brands, which needs no server, or the word server.",
            HelpName = "folder|server",
            DefaultValueFactory = _ => "server",
        };
        var output = new Option<string>("--out")
        {
            Description = "The folder below which the repository's paths are written, or - for standard output.",
            HelpName = "folder|-",
            DefaultValueFactory = _ => ".",
        };
        var check = new Option<bool>("--check")
        {
            Description = "Write nothing: compare with what lies there. Exit code 1 and the difference when a file is stale.",
        };
        var platform = new Option<string>("--platform", "-p") { Description = "Only this platform, as a preview to standard output.", HelpName = "platform" };
        var command = new ExampleCommand(
            "render",
            "Write the files of the gateways: Kong's kong.yaml, LiteLLM's config.yaml and virtual-keys.yaml, and the allowlist in its canonical form. "
                + "Equal configuration gives equal bytes.",
            "strata render all --from platforms",
            "strata render all --from platforms --check",
            "strata render kong --platform dcoder",
            "strata render litellm --from server --out /tmp/preview") { artifact, from, output, check, platform };
        command.Validators.Add(result =>
        {
            var toOutput = result.GetValue(output) == "-" || result.GetValue(platform) is not null;
            if (toOutput && result.GetValue(artifact) == "all")
                result.AddError("Standard output takes one artifact: kong, litellm, virtual-keys or policies.");
            if (toOutput && result.GetValue(check))
                result.AddError("--check compares with files, so it goes with neither --out - nor --platform.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var installation = await ReadAsync(terminal, parsed.GetRequiredValue(from), cancellationToken);
            var folder = parsed.GetRequiredValue(output);
            if (parsed.GetValue(platform) is { } only)
            {
                folder = "-";
                installation = new Installation([.. installation.Brands.Where(brand => brand.Id.Text == only)], installation.Allowlist);
                if (installation.Brands.IsEmpty)
                    throw new CommandFailedException(ExitCode.NotFound, $"There is no platform '{only}'.");
            }

            return await new RenderRun(terminal, folder).RunAsync(parsed.GetRequiredValue(artifact), installation, parsed.GetValue(check), cancellationToken);
        });
        return command;
    }

    private static async Task<Installation> ReadAsync(Terminal terminal, string from, CancellationToken cancellationToken)
    {
        if (from == "server")
        {
            using var api = new StrataApi(terminal);
            return await new ServerInstallation(api).ReadAsync(cancellationToken);
        }

        if (!Directory.Exists(from))
            throw new CommandFailedException(ExitCode.NotFound, $"There is no folder '{from}'.");
        var set = await new ConfigurationFiles(terminal).ReadAsync([from], cancellationToken);
        set.Demand();
        var brands = new FileBrands(set, new ConfigurationSet([], []));
        ConfigurationSet.Demand([.. brands.Problems()]);
        return brands.Installation();
    }
}
