using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Strata.Delivery.Loop;
using Strata.Model.Delivery;

namespace Strata.Delivery.Events;

/// <summary>The webhooks that the settings name.</summary>
/// <param name="All">Their names.</param>
public sealed record WebhookNames(IReadOnlyCollection<string> All)
{
    /// <summary>The target that a webhook is; <c>null</c> when there is none of this name.</summary>
    public TargetId? Find(string name) => All.Contains(name) ? TargetId.Parse($"{WebhookTarget.Kind}.{name}") : null;
}

/// <summary>Registers webhooks.</summary>
public static class WebhookServices
{
    /// <summary>Adds a target for each webhook in the settings. <see cref="IEventStore"/> and what the loop needs are the host's.</summary>
    /// <exception cref="OptionsValidationException">A webhook's name cannot be part of a target's id.</exception>
    public static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        var sections = configuration.GetSection(WebhookOptions.Section).GetChildren().ToDictionary(section => section.Key.ToLowerInvariant(), StringComparer.Ordinal);
        foreach (var name in sections.Keys.Where(name => name.Contains('.', StringComparison.Ordinal) || !TargetId.TryParse(name, out _)))
            throw new OptionsValidationException(name, typeof(WebhookOptions), [$"{WebhookOptions.Section}:{name}: a name is made of a-z, 0-9, '-' and '_'."]);
        services.AddSingleton(new WebhookNames(sections.Keys)).AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>().AddHostedService<WebhookStart>();
        foreach (var (name, section) in sections)
        {
            services.AddOptionsWithValidateOnStart<WebhookOptions>(name).Configure(options => WebhookOptions.Bind(options, section));
            services.AddTarget(provider => Create(provider, name));
        }
        return services;
    }

    private static WebhookTarget Create(IServiceProvider provider, string name)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<WebhookOptions>>().Get(name);
        return new WebhookTarget(
            name, options, provider.GetRequiredService<IEventStore>(), new WebhookClient(options, provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<DeliveryOptions>().FullPassInterval);
    }
}

/// <summary>Gives every webhook its place before the loop begins.</summary>
internal sealed class WebhookStart(WebhookNames webhooks, IEventStore store) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in webhooks.All)
            await store.BeginAsync(name, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
