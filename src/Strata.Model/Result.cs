using System.Diagnostics.CodeAnalysis;

namespace Strata.Model;

/// <summary>A value, or the reason why there is none. Used where a refusal is a normal outcome.</summary>
/// <typeparam name="T">What success carries.</typeparam>
public readonly record struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Error? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>The refusal; <c>null</c> on success.</summary>
    public Error? Error { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none, because of <see cref="Error"/>.</exception>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"{Error.Code}: {Error.Message}");

    /// <summary>Tells success from refusal and takes the fitting part out.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Error? error)
    {
        (value, error) = (_value, Error);
        return error is null;
    }

    /// <summary>Goes on with the value, or passes the refusal on.</summary>
    public Result<TNext> Then<TNext>(Func<T, Result<TNext>> next) => Error is null ? next(_value!) : Error;

    /// <summary>Success.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>Refusal.</summary>
    public static implicit operator Result<T>(Error error) => new(default, error);
}
