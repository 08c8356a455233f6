using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Strata.Model;

namespace Strata.Server.Http;

/// <summary>
/// The query parameters that an endpoint knows: those of its handler that are marked [FromQuery]. Any other is refused, so that a misspelt
/// <c>dryrun</c> never becomes a write; so is a value that does not fit, or one given twice.
/// </summary>
internal sealed record QueryParameters(IReadOnlyDictionary<string, Type> Known)
{
    /// <summary>Notes the parameters of every endpoint of the group.</summary>
    public static void Describe(IEndpointConventionBuilder endpoints) => endpoints.Finally(static endpoint =>
    {
        if (endpoint.Metadata.OfType<MethodInfo>().FirstOrDefault() is { } handler)
            endpoint.Metadata.Add(Of(handler));
    });

    public static QueryParameters Of(MethodInfo handler) => new(handler.GetParameters().SelectMany(Names).ToDictionary(StringComparer.Ordinal));

    /// <summary>The first thing wrong with a query; <c>null</c> when all is well.</summary>
    public Error? Refuse(HttpRequest request)
    {
        if (!request.QueryString.HasValue)
            return null;
        foreach (var (name, values) in request.Query)
        {
            if (!Known.TryGetValue(name, out var type))
                return new Error(ErrorCodes.InvalidArgument, $"There is no query parameter '{name}' here{Names()}.");
            if (values is not [{ } value])
                return new Error(ErrorCodes.InvalidArgument, $"{name} must stand once.");
            if (value.Any(char.IsControl))
                return new Error(ErrorCodes.InvalidArgument, $"{name} must hold no control characters.");
            if (Expected(type, value) is { } expected)
                return new Error(ErrorCodes.InvalidArgument, $"{name} must be {expected} (is '{value}').");
        }
        return null;
    }

    private string Names() => Known.Count == 0 ? "" : $"; known are {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal))}";

    private static string? Expected(Type type, string value) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var at when at == typeof(bool) => value is "true" or "false" ? null : "true or false",
        var at when at == typeof(int) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : "a whole number",
        var at when at == typeof(long) => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : "a whole number",
        _ => null,
    };

    private static IEnumerable<KeyValuePair<string, Type>> Names(ParameterInfo parameter)
    {
        if (parameter.GetCustomAttribute<AsParametersAttribute>() is not null)
            return parameter.ParameterType.GetConstructors().Single(at => at.GetParameters().Length > 0).GetParameters().SelectMany(Names);
        return parameter.GetCustomAttribute<FromQueryAttribute>() is { } query
            ? [KeyValuePair.Create(query.Name ?? parameter.Name!, parameter.ParameterType)]
            : [];
    }
}
