using System.Text.Json;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;
using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace AccountFunctions.Tests.Accounts;

/// <summary>The order of the gate, with a second factor that a test decides on: accounts have none yet.</summary>
public sealed class SignInGateTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";
    private const string Asked = "429 7";

    // A refusal that every operation documents.
    private static readonly Problem Refusal = Problem.Throttled(ThrottleKind.SignIn, TimeSpan.FromSeconds(7));
    private static readonly FactorCheck Missing = new(Refusal);
    private static readonly FactorCheck Wrong = new(Refusal, IsWrong: true);
    private readonly TestFactor factor = new();

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(
        storage, configure: services => services.AddSingleton<ISecondFactor>(factor));

    [Fact]
    public async Task A_right_password_without_the_second_factor_opens_nothing_and_clears_no_failures()
    {
        await App.ActivateAsync(Address);
        await FailAsync(4);
        factor.Check = Missing;
        Assert.Equal(Asked, Short(await App.LoginAsync(Address)));
        factor.Check = new();
        await FailAsync(1);

        Assert.Equal("429 30", Short(await App.LoginAsync(Address)));
        Assert.DoesNotContain(await App.RowsAsync("Accounts"), row => row.RowKey.StartsWith("session-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_second_factor_is_no_failure_and_a_wrong_one_is()
    {
        await App.ActivateAsync(Address);
        factor.Check = Missing;
        for (var tries = 0; tries < 10; tries++)
        {
            Assert.Equal(Asked, Short(await App.LoginAsync(Address)));
        }

        factor.Check = Wrong;
        for (var tries = 0; tries < 5; tries++)
        {
            Assert.Equal(Asked, Short(await App.LoginAsync(Address)));
        }

        factor.Check = new();
        Assert.Equal("429 30", Short(await App.LoginAsync(Address)));
    }

    [Fact]
    public async Task What_was_proved_is_in_the_token_and_stays_there_when_it_is_refreshed()
    {
        await App.ActivateAsync(Address);
        factor.Check = new FactorCheck { Methods = ["otp", "mfa"] };
        var login = (await App.LoginAsync(Address)).Data;
        var refreshed = (await App.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() })).Data;

        Assert.Equal(["pwd", "otp", "mfa"], Methods(login));
        Assert.Equal(["pwd", "otp", "mfa"], Methods(refreshed));
    }

    [Fact]
    public async Task Neither_a_deletion_is_taken_back_nor_a_password_changed_without_the_second_factor()
    {
        var access = (await App.SignInAsync(Address)).GetProperty("access").GetString();
        factor.Check = Missing;
        var change = new { password = TestApp.Password, new_password = "green tractor 78" };
        Assert.Equal(Asked, Short(await App.PostAsync("password", change, access)));
        Assert.Equal(Asked, Short(await App.PostAsync("delete", new { password = TestApp.Password }, access)));
        factor.Check = new();
        await App.PostAsync("delete", new { password = TestApp.Password }, access);
        factor.Check = Missing;
        Assert.Equal(Asked, Short(await App.PostAsync("restore", new { username = Address, password = TestApp.Password })));
        factor.Check = new();

        Assert.Equal("deletion_pending", (await App.LoginAsync(Address)).Message);
    }

    [Fact]
    public async Task Nobody_is_asked_for_a_second_factor_before_the_first_is_right_and_the_account_may_sign_in()
    {
        var access = (await App.SignInAsync(Address)).GetProperty("access").GetString();
        factor.Check = Missing;
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, "a wrong password")).Message);
        factor.Check = new();
        await App.PostAsync("delete", new { password = TestApp.Password }, access);
        factor.Check = Missing;

        Assert.Equal("deletion_pending", (await App.LoginAsync(Address)).Message);
    }

    [Fact]
    public void Only_the_gate_makes_a_Passed()
    {
        var makers = ArchitectureTests.Architecture.Types.SelectMany(type => type.Members.OfType<MethodMember>())
            .Where(method => method.GetCalledMethods().Any(
                called => called.Name.StartsWith(".ctor(", StringComparison.Ordinal)
                    && called.DeclaringType.FullName == typeof(Passed).FullName))
            .Select(method => method.DeclaringType.FullName.Split('+', '/')[0])
            .Distinct();

        Assert.Equal([typeof(SignInGate).FullName], makers);
    }

    private static string Short(Answer answer) => $"{(int)answer.Status} {answer.Headers.GetValueOrDefault("Retry-After")}";

    private static IEnumerable<string> Methods(JsonElement tokens) =>
        new JsonWebToken(tokens.GetProperty("access").GetString()).Claims.Where(claim => claim.Type == "amr").Select(claim => claim.Value);

    private async Task FailAsync(int times)
    {
        for (var failures = 0; failures < times; failures++)
        {
            Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, "a wrong password")).Message);
        }
    }

    private sealed class TestFactor : ISecondFactor
    {
        public FactorCheck Check { get; set; } = new();

        public ValueTask<FactorCheck> CheckAsync(
            AccountEntity account, string? otp, SignInIntent intent, CancellationToken cancellationToken) => new(Check);
    }
}
