using Strata.Model.Documents;

namespace Strata.Model.Policies;

/// <summary>What a policy's violation means for a write.</summary>
public enum Severity
{
    /// <summary>The write goes through.</summary>
    Warn,

    /// <summary>A write that adds the violation is refused.</summary>
    Deny,
}

/// <summary>A violation of a cross-field policy in an effective document.</summary>
/// <param name="Policy">The policy's id, e.g. <c>policy/provider-host-allowed</c>.</param>
/// <param name="Severity">What it means for a write.</param>
/// <param name="Pointer">The value at fault.</param>
/// <param name="Message">What is wrong and what was expected.</param>
public sealed record Finding(string Policy, Severity Severity, JsonPointer Pointer, string Message);
